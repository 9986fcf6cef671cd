// When to try again, and as which trouble an ending is told. Pure: the state is a value.

import { type BackOff, drawDelay, nextCeilingMs, startBackOff } from '../time/back-off.ts';
import type { Random } from '../time/clock.ts';
import type { Ending } from './ending.ts';
import { chooseVersion, FIRST_CHOICE, type VersionChoice } from './protocol-version.ts';
import { isTakeover, isUnexplained, type Trouble } from './trouble.ts';

/** A connection that stood this long clears the record of failures. */
const STABLE_MS = 30_000;
/** The same under suspicion: two clients of one id that back off stand for minutes in turn. */
const STABLE_UNDER_SUSPICION_MS = 600_000;
/** Connections running that the broker closed with no word before they were stable: no accident any more. */
const SUSPICIOUS_CLOSES = 3;

const NORMAL = startBackOff({ baseMs: 1000, capMs: 60_000 });
/** Two clients of one id would throw each other out for ever, and each time all is read again. */
const TAKEN = startBackOff({ baseMs: 30_000, capMs: 300_000 });

export interface Retry {
  readonly version: VersionChoice;
  readonly normal: BackOff;
  readonly taken: BackOff;
  readonly earlyCloses: number;
  readonly hasBeenUp: boolean;
  /**
   * Once it was connected, the least bound of a delay: a broker that restarts loses its whole fleet at once, and all
   * of it would be back within the first second.
   */
  readonly reconnectWithinMs: number;
}

/** Before the first try. */
export function firstRetry(reconnectWithinMs: number): Retry {
  return {
    ...{ version: FIRST_CHOICE, normal: NORMAL, taken: TAKEN, earlyCloses: 0, hasBeenUp: false },
    reconnectWithinMs,
  };
}

export interface RetryDecision {
  readonly retry: Retry;
  readonly delayMs: number;
  /** `null` when there is nothing to tell: the next try follows at once in another version. */
  readonly trouble: Trouble | null;
}

type Drawn = ReturnType<typeof drawDelay>;

export function decideRetry(before: Retry, ending: Ending, random: Random): RetryDecision {
  const { choice, isAtOnce } = chooseVersion(before.version, ending.verdict);
  const hasBeenUp = before.hasBeenUp || ending.upForMs !== null;
  const retry: Retry = { ...forgiveWhenStable(before, ending), version: choice, hasBeenUp };
  if (isAtOnce) return { retry, delayMs: 0, trouble: null };
  const earlyCloses = countEarlyCloses(retry, ending);
  const trouble = earlyCloses >= SUSPICIOUS_CLOSES ? suspectTakeover(ending.trouble) : ending.trouble;
  const kind = isTakeover(trouble) ? 'taken' : 'normal';
  const { delayMs, next } = kind === 'taken' ? drawDelay(retry.taken, random) : drawNormal(retry, random);
  return { retry: { ...retry, [kind]: next, earlyCloses }, delayMs, trouble };
}

function drawNormal({ normal, hasBeenUp, reconnectWithinMs }: Retry, random: Random): Drawn {
  const boundMs = Math.max(nextCeilingMs(normal), hasBeenUp ? reconnectWithinMs : 0);
  return {
    delayMs: Math.floor(boundMs * random()),
    next: { ...normal, failures: normal.failures + 1 },
  };
}

function isStable({ earlyCloses }: Retry, { upForMs }: Ending): boolean {
  const neededMs = earlyCloses >= SUSPICIOUS_CLOSES ? STABLE_UNDER_SUSPICION_MS : STABLE_MS;
  return upForMs !== null && upForMs >= neededMs;
}

function forgiveWhenStable(retry: Retry, ending: Ending): Retry {
  return isStable(retry, ending) ? { ...firstRetry(retry.reconnectWithinMs), version: retry.version } : retry;
}

function countEarlyCloses(retry: Retry, ending: Ending): number {
  if (isTakeover(ending.trouble)) return SUSPICIOUS_CLOSES;
  const isSuspicious = isUnexplained(ending.trouble) && ending.upForMs !== null;
  return isSuspicious && !isStable(retry, ending) ? retry.earlyCloses + 1 : 0;
}

/** MQTT 3.1.1 has no word for a take-over, and Mosquitto 2.0.11 has none in 5: it just closes, again and again. */
function suspectTakeover(behind: Trouble): Trouble {
  return { kind: 'suspected', of: 'takeover', behind };
}
