// Paths in the folder that a deployment has on its device: `./data`, or `./` for the folder itself.
import type { Path, Report } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';
import type { Mount } from './service.ts';

/** Parts with single slashes between; none is empty, `.` or `..`. */
const PARTS = String.raw`(?!\.{1,2}(?:\/|$))[^\/:\0]+(?:\/(?!\.{1,2}(?:\/|$))[^\/:\0]+)*`;
export const FOLDER_PATTERN = new RegExp(String.raw`^\.\/(?:${PARTS})?$`);
/** Where a bind begins: a path of the device, or one in the deployment's folder. */
export const BIND_SOURCE_PATTERN = new RegExp(String.raw`^(?:\/[^:\0]*|\.\/(?:${PARTS})?)$`);
/** As file systems have it. */
const MAX_PART_BYTES = 255;

export type BindMount = Extract<Mount, { type: 'bind' }>;
export type Propagation = NonNullable<NonNullable<BindMount['bind']>['propagation']>;

/** Whether a bind source, or an item of `purge`, is in the deployment's folder. What else it asks for is of the device. */
export function isInFolder(source: string): boolean {
  return source.startsWith('./');
}

/** The names from the folder down to a path in it; none for the folder itself. */
export function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '.' && part !== '');
}

/** Whether `path` is `root` or lies below it. */
export function isWithinFolder(path: string, root: string): boolean {
  const [parts, rootParts] = [partsOf(path), partsOf(root)];
  return rootParts.every((part, index) => parts[index] === part);
}

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
