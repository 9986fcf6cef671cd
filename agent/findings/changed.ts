// What happened shortly before something began to be wrong, in words.
// Tested in test/agent/findings/find.test.ts.
import type { Event } from '../../protocol/reports/events.ts';
import { formatDuration } from '../../protocol/values/duration.ts';
import type { Candidate } from './candidate.ts';
import type { Facts } from './facts.ts';

/** So long before it began. */
const BEFORE_MS = 15 * 60_000;
/** What is told after a change may be noticed first. */
const AFTER_MS = 5000;
const MAX_CHANGES = 3;

interface Change {
  readonly words: string;
  readonly at: string;
}

/** The newest first; the time of each is that before `since`. */
export function changesBefore({ deployment: about }: Candidate, since: string, facts: Facts): string[] {
  const beganMs = Date.parse(since);
  const aheadOf = (at: string): number => beganMs - Date.parse(at);
  const isNear = ({ at }: { readonly at: string }): boolean =>
    aheadOf(at) >= -AFTER_MS && aheadOf(at) <= BEFORE_MS;
  const known = facts.events();
  const told = known.flatMap((event, index): Change[] => {
    if (!isNear(event) || (event.deployment !== undefined && event.deployment !== about)) return [];
    const words = describeChange(event, known.slice(index + 1));
    return words === null ? [] : [{ words, at: event.at }];
  });
  return [...[...engineChanges(facts), ...deviceChanges(facts, about)].filter(isNear), ...told]
    .toSorted((one, other) => aheadOf(one.at) - aheadOf(other.at))
    .slice(0, MAX_CHANGES)
    .map(({ words, at }) => `${words}${describeAhead(aheadOf(at))}`);
}

function engineChanges({ engineChange }: Facts): Change[] {
  if (engineChange === null) return [];
  const { from, to, at } = engineChange;
  return [{ words: `the engine changed from version ${from} to ${to}`, at }];
}

/** Of the devices that the deployment needs. */
function deviceChanges({ devices }: Facts, about: string | null): Change[] {
  return devices
    .filter(({ users }) => users.some(({ deployment }) => deployment === about))
    .flatMap(({ path, wentAt, backAt }) => [
      ...(wentAt === null ? [] : [{ words: `${path} vanished`, at: wentAt }]),
      ...(backAt === null ? [] : [{ words: `${path} came back`, at: backAt }]),
    ]);
}

function describeAhead(aheadMs: number): string {
  return aheadMs < 1000 ? ' at that time' : ` ${formatDuration(Math.floor(aheadMs / 1000) * 1000)} before`;
}

/** `null` for what changes nothing. `earlier` are the events before it, the newest first. */
function describeChange(event: Event, earlier: readonly Event[]): string | null {
  const field = (name: string): string => String(event[name] ?? '?');
  switch (event.type) {
    case 'document_accepted':
      return `revision ${field('revision')} was accepted`;
    case 'document_cleared':
      return 'its retained document was cleared';
    case 'agent_started':
      return describeStart(event, earlier);
    case 'clock_jumped':
      return describeJump(Number(event.by_ms));
    case 'store_recovered':
      return "the agent's memory was recovered";
    case 'device_renamed':
    case 'topic_prefix_changed':
      return `${event.type === 'device_renamed' ? 'the device id' : 'the topic prefix'} changed from ${field('from')} to ${field('to')}`;
    case 'foreign_container':
      return `container ${field('name')} of somebody else appeared`;
    default:
      return null;
  }
}

function describeStart(event: Event, earlier: readonly Event[]): string {
  const before = earlier.find(({ type }) => type === 'agent_started');
  if (before === undefined) return 'the agent started';
  if (before.version !== event.version)
    return `the agent changed from version ${String(before.version)} to ${String(event.version)}`;
  return before.boot_id === event.boot_id ? 'the agent started again' : 'the device booted';
}

function describeJump(byMs: number): string {
  return `the clock was set ${formatDuration(Math.abs(byMs))} ${byMs < 0 ? 'back' : 'ahead'}`;
}
