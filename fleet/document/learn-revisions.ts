// Which revisions of a topic are taken already, as far as devices tell. A broker may have lost what it retained, and
// devices remember what they accepted. Pure: data in, data out.
import type { Status } from '../../protocol/reports/status.ts';
import type { Addressee } from '../../protocol/topics.ts';
import type { DeviceView, FleetView } from '../view/fleet-view.ts';
import { sourceOf } from '../view/sources.ts';

export interface TakenRevision {
  readonly device: string;
  readonly revision: number;
  /**
   * The hash of what the device accepted under this number; `other`: not what was published under it last; `unknown`:
   * the number was used, and the device may take it all the same.
   */
  readonly content: string;
}

/** What all devices that have the deployment tell of its revisions at this addressee. */
export function learnRevisions(view: FleetView, to: Addressee, name: string): TakenRevision[] {
  return view.devices().flatMap((device) => {
    const status = device.statuses.get(name);
    if (status === undefined || (to.kind === 'device' && device.device !== to.device)) return [];
    const followed = status.source === sourceOf(to) ? followedIn(status) : [];
    const refused = isAddressed(device, to) ? refusedIn(status) : [];
    return [...followed, ...refused].map((taken) => ({ device: device.device, ...taken }));
  });
}

function isAddressed({ device, state }: DeviceView, to: Addressee): boolean {
  return to.kind === 'device' ? device === to.device : state?.groups.includes(to.group) === true;
}

type Taken = Omit<TakenRevision, 'device'>;

function followedIn({ desired, running }: Status): Taken[] {
  const taken: Taken[] = [];
  if (desired !== null) taken.push({ revision: desired.revision, content: desired.hash });
  if (running !== null) taken.push({ revision: running.revision, content: 'unknown' });
  return taken;
}

/** Of which topic it was is not told: a number that is passed over without need does no harm. */
function refusedIn({ refused }: Status): Taken[] {
  if (refused === null || refused.revision === null) return [];
  const isOfRevision = refused.code === 'stale' || refused.code === 'conflict';
  return [{ revision: refused.revision, content: isOfRevision ? 'other' : 'unknown' }];
}

/** A device that refuses this content under this number, having accepted a higher one or other content. */
export function findRefuser(
  taken: readonly TakenRevision[],
  revision: number,
  hash: string,
): TakenRevision | undefined {
  return taken
    .filter(({ content }) => content !== 'unknown')
    .find((one) => one.revision > revision || (one.revision === revision && one.content !== hash));
}

/** The highest number that is taken; 0 for none. */
export function highestOf(taken: readonly TakenRevision[]): number {
  return taken.reduce((highest, { revision }) => Math.max(highest, revision), 0);
}
