// Whose document of several a device follows, and which source beats which. Pure: data in, data out.
// Tested in test/fleet/view/expect-devices.test.ts.
import type { Status } from '../../protocol/reports/status.ts';
import { type Addressee, formatAddressee } from '../../protocol/topics.ts';

/** As a status tells it: `device`, or `groups/NAME`. */
export function sourceOf(to: Addressee): string {
  return to.kind === 'device' ? 'device' : formatAddressee(to);
}

/** The source of the document that a device follows; `null` while it follows none. */
export function followedSource(status: Status | undefined): string | null {
  if (status === undefined || status.desired === null) return null;
  // Its own document has ended: any group's comes before it.
  return status.reason?.code === 'nothing_to_inherit' ? null : status.source;
}

/** The device's own document comes first, then its groups' in the order of its configuration. */
export function beats(source: string, other: string, groups: readonly string[]): boolean {
  const order = ['device', ...groups.map((group) => `groups/${group}`)];
  const [rank, otherRank] = [order.indexOf(source), order.indexOf(other)];
  return rank !== -1 && (otherRank === -1 || rank < otherRank);
}
