// What the schema of a bind cannot say, and what several binds of one directory may not say differently.
import { isInFolder, partsOf } from '../values/folder-path.ts';
import type { Path, Report } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';
import type { Mount } from './service.ts';

/** As file systems have it. */
const MAX_PART_BYTES = 255;

export type BindMount = Extract<Mount, { type: 'bind' }>;
export type Propagation = NonNullable<NonNullable<BindMount['bind']>['propagation']>;

/** What its schema cannot say of a bind. */
export function checkBind({ source, bind }: BindMount, at: Path, report: Report): void {
  const isOfDevice = !isInFolder(source);
  if (!isOfDevice) checkParts(source, [...at, 'source'], report);
  for (const key of ['owner', 'mode'] as const)
    if (isOfDevice && bind?.[key] !== undefined)
      report([...at, 'bind', key], 'means nothing with a path of the device, which the agent does not make');
  if (!isOfDevice && bind?.create_host_path !== undefined)
    report(
      [...at, 'bind', 'create_host_path'],
      'means nothing in the folder of the deployment: what is not there is made',
    );
}

/** A directory has one owner and one mode, however many services bind it. */
export function checkFolders({ services }: PresentDeployment, report: Report): void {
  const said = new Map<string, string>();
  for (const [name, { volumes = [] }] of Object.entries(services))
    volumes.forEach((mount, index) => {
      if (mount.type !== 'bind' || !isInFolder(mount.source)) return;
      for (const key of ['owner', 'mode'] as const) {
        const value = mount.bind?.[key];
        if (value === undefined) continue;
        const before = said.get(`${key} ${mount.source}`) ?? value;
        said.set(`${key} ${mount.source}`, before);
        if (MEANING[key](before) !== MEANING[key](value))
          report(
            ['services', name, 'volumes', index, 'bind', key],
            `"${before}" is said elsewhere for this directory`,
          );
      }
    });
}

const MEANING = {
  owner: (text: string) => (text.includes(':') ? text : `${text}:0`),
  mode: (text: string) => text.padStart(4, '0'),
};

function checkParts(path: string, at: Path, report: Report): void {
  const isTooLong = partsOf(path).some((part) => new TextEncoder().encode(part).length > MAX_PART_BYTES);
  if (isTooLong) report(at, `at most ${MAX_PART_BYTES} bytes between two slashes`);
}
