// Which services wait for which, and the devices that they need, by the stored documents. Each is read once: what a hash names never changes.
// Tested in test/agent/whole/findings.test.ts.
import type { Status } from '../../protocol/reports/status.ts';
import type { DeviceUser, Facts } from '../findings/facts.ts';
import { revisionOf } from '../model/document/revision.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { Documents } from '../ports/store.ts';

type Needs = Facts['needs'][string];

interface Read {
  readonly needs: Needs;
  /** Paths below `/dev`, by service. */
  readonly devices: Needs;
}

/** Two for each deployment that a device may have. */
const MAX_KEPT = 128;
const NONE: Read = { needs: {}, devices: {} };

export class NeedsReader {
  readonly #store: Pick<Documents, 'documentBody'>;
  readonly #kept = new Map<string, Read>();

  constructor(store: Pick<Documents, 'documentBody'>) {
    this.#store = store;
  }

  /** By deployment, of what is asked of it. Of one whose document is not at hand nothing is known. */
  read(statuses: readonly Status[]): Facts['needs'] {
    return Object.fromEntries(statuses.map((status) => [status.deployment, this.#of(status).needs]));
  }

  /** Who needs which device, by its path. */
  devices(statuses: readonly Status[]): ReadonlyMap<string, readonly DeviceUser[]> {
    const uses = statuses.flatMap((status) =>
      Object.entries(this.#of(status).devices).flatMap(([service, paths]) =>
        paths.map((path) => ({ path, user: { deployment: status.deployment, service } })),
      ),
    );
    const byPath = Map.groupBy(uses, ({ path }) => path);
    return new Map([...byPath].map(([path, all]) => [path, all.map(({ user }) => user)]));
  }

  #of({ desired, phase }: Status): Read {
    return desired === null || phase === 'removed' ? NONE : this.#read(desired.hash);
  }

  #read(hash: string): Read {
    const known = this.#kept.get(hash);
    if (known !== undefined) return known;
    const body = this.#store.documentBody(hash);
    if (body === null) return NONE;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const document = revisionOf(hash, body)?.document;
    const { services } = document?.state === 'present' ? document : { services: [] };
    const read = { needs: needsIn(services), devices: devicesIn(services) };
    this.#kept.set(hash, read);
    return read;
  }
}

function needsIn(services: readonly ServiceSpec[]): Needs {
  const rows = services.map(({ name, service, joins }): [string, string[]] => [
    name,
    [...new Set([...service.dependsOn.map((dependency) => dependency.service), ...joins])],
  ]);
  return Object.fromEntries(rows.filter(([, needed]) => needed.length > 0));
}

/** What it is given as a device, and what it binds of `/dev`. */
function devicesIn(services: readonly ServiceSpec[]): Needs {
  const rows = services.map(({ name, service }): [string, string[]] => {
    const nodes = service.devices.map(({ source }) => source);
    const binds = service.mounts.flatMap((mount) => (mount.kind === 'bind' ? [mount.source] : []));
    return [name, [...new Set([...nodes, ...binds])].filter((path) => path.startsWith('/dev/'))];
  });
  return Object.fromEntries(rows.filter(([, paths]) => paths.length > 0));
}
