// One deployment in words: the command and the page say the same. Pure: data in, text out.
// Tested in test/agent/cli/render/status.test.ts.
import { elapsed } from '../../lib/render/elapsed.ts';
import { withRelativeTimes } from '../../lib/render/relative-times.ts';
import { describeCause, failedInUpdate } from '../../lib/reports/failure-words.ts';
import { newestWords } from '../../lib/reports/last-words.ts';
import { describeBar, explainReason } from '../../lib/reports/reason-words.ts';
import type { Status } from '../../protocol/reports/status.ts';

/** Of the lines that the agent kept; all of them are in `--json`. */
const LOG_LINES = 4;

/** Beside its name: `revision 6 -> 7 of groups/berlin`. */
export function describeRevisions(status: Status): string {
  return `${describeRevision(status)}${describeSource(status)}`;
}

/** Where it stands: `waiting for 5m`. */
export function describePhase(status: Status, now: Date): string {
  return `${status.phase}${describeSince(status, now)}`;
}

/** Sentences on why it stands there, and what comes next. */
export function explainDeployment(status: Status, now: Date): string[] {
  const sentences = [
    ...explainPhase(status),
    ...explainPause(status),
    ...explainBar(status),
    ...sayWhatNext(status),
    ...explainRefusal(status),
  ];
  return sentences.map((sentence) => withRelativeTimes(sentence, now));
}

/** The newest that the failing service wrote, oldest first. */
export function lastWords({ reason }: Status): readonly string[] {
  return newestWords(reason?.log ?? [], LOG_LINES);
}

function describeRevision({ desired, running, phase }: Status): string {
  if (desired === null) return running === null ? 'no revision' : `revision ${running.revision}`;
  if (phase === 'removed') return `revision ${desired.revision}`;
  if (running === null) return `revision none -> ${desired.revision}`;
  if (running.revision !== desired.revision) return `revision ${running.revision} -> ${desired.revision}`;
  const isSame = running.hash === desired.hash;
  return `revision ${desired.revision}${isSame ? '' : ' -> other content'}`;
}

/** How long it has been so; an older agent does not tell. */
function describeSince({ since }: Status, now: Date): string {
  const time = since === undefined ? null : elapsed(since, now);
  return time === null ? '' : ` for ${time}`;
}

function describeSource({ source, origin }: Status): string {
  const whose = source === 'device' ? '' : ` of ${source}`;
  return origin === 'local' ? `${whose} from a file` : whose;
}

function explainPhase(status: Status): string[] {
  const { phase, reason } = status;
  // The line above shows both revisions.
  if (reason === null || (phase === 'converged' && reason.code === 'not_in_rollout')) return [];
  const sentence = `${explainReason(reason)}${describeCause(failedInUpdate(status)?.failure)}`;
  return reason.hint === undefined ? [sentence] : [sentence, `Hint: ${reason.hint}`];
}

/** One that has not begun, or that stands behind a worse reason. */
function explainPause({ pause, reason }: Status): string[] {
  if (pause === undefined || reason?.code === 'paused') return [];
  const { until, by, reason: why } = pause;
  const asked = by === 'fleet' ? 'the fleet asked for it' : 'somebody on the device asked for it';
  const when = until === null ? 'Paused once what is under way has ended' : `Paused until ${until}`;
  return [`${when} (${asked}): ${why}`];
}

/** What failed under another revision was not tried again under this one. */
function explainBar({ barred, desired }: Status): string[] {
  if (barred === undefined || barred.revision === desired?.revision) return [];
  return [`This ${describeBar(barred, 'here')}.`];
}

/** Where the device goes on by itself that is said with the reason or with the service. */
function sayWhatNext({ deployment, desired, phase, reason, pause }: Status): string[] {
  if (desired === null || pause !== undefined || (phase !== 'rolled_back' && phase !== 'failed')) return [];
  const command = `holdfast retry ${deployment}`;
  // The hint of a pull names it too.
  if (reason?.hint?.includes(command) === true) return [];
  return [`Publish changed content, or try again now: ${command}`];
}

function explainRefusal({ reason, refused }: Status): string[] {
  if (refused === null) return [];
  const revision = refused.revision === null ? 'a document' : `revision ${refused.revision}`;
  const at = refused.path === '' ? '' : ` at ${refused.path}`;
  // A full disk is the reason of the phase too, and is explained there.
  const isExplained = reason?.code === refused.code && refused.message.startsWith(reason.message);
  const why = isExplained ? 'for the same reason' : refused.message;
  return [`Refused ${revision} of ${refused.at}: ${why} (${refused.code}${at})`];
}
