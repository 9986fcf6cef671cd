// What the people of a fleet do: a manager with documents, a technician with commands and a hold file.
import type { Random } from '../../../lib/time/clock.ts';
import { pick } from '../../fakes/random.ts';

/**
 * | act | what is done |
 * |---|---|
 * | deploy, deploy_bad, deploy_flaky, deploy_missing | a revision with an image of that class |
 * | again | what stands, of another date and under the next revision: barred content stays barred |
 * | conflict | what stands under the revision that it has, of another date: refused. Soon published right again |
 * | hasty | three revisions at once, which may overtake each other |
 * | move_tag | another image behind the tag that stands, and mostly what stands under the next revision |
 * | percent | the same content for another share of the fleet |
 * | withdraw | an absent document, now and then with its volume; or the end of the device's own one |
 * | invalid | a document that is refused |
 * | clear | an empty retained payload, which changes nothing |
 * | retry, report | a command, sent twice with the same id |
 * | hold, release | the hold file comes, or goes |
 * | pause, resume | of one deployment or of all, at the device or as a command |
 * | pause_dark | a pause at the device, and the power goes as soon as it is answered |
 * | restart | a service is restarted at the device |
 */
export type ActKind =
  | 'deploy'
  | 'deploy_bad'
  | 'deploy_flaky'
  | 'deploy_missing'
  | 'again'
  | 'conflict'
  | 'hasty'
  | 'move_tag'
  | 'percent'
  | 'withdraw'
  | 'invalid'
  | 'clear'
  | 'retry'
  | 'report'
  | 'hold'
  | 'release'
  | 'pause'
  | 'pause_dark'
  | 'resume'
  | 'restart';

/** Moves of tags, pauses and restarts are drawn apart: see the agenda. */
const DRAWN: readonly [ActKind, ...ActKind[]] = [
  ...(['deploy', 'deploy', 'deploy', 'deploy', 'deploy_bad', 'deploy_bad'] as const),
  ...(['deploy_flaky', 'deploy_flaky'] as const),
  ...([
    'deploy_missing',
    'again',
    'again',
    'conflict',
    'hasty',
    'percent',
    'withdraw',
    'invalid',
    'clear',
  ] as const),
  ...(['retry', 'report', 'hold', 'release'] as const),
];

export function drawAct(random: Random): ActKind {
  return pick(random, DRAWN);
}
