// How one run of one container is asked: its port by a request, its heartbeat by a look at a file.
// Tested in test/agent/health/health-tracker.test.ts.

import { messageOf } from '../../lib/failures/system-error.ts';
import type { Clock } from '../../lib/time/clock.ts';
import type { Heartbeat, Probe } from '../model/desired-health.ts';
import type { ObservedContainer } from '../model/observed.ts';
import type { BeatReader } from '../ports/service-files.ts';
import { type Check, isAnswer } from './check.ts';
import { judgePulse, type Pulse, withLook } from './heartbeat.ts';

export interface ProbeContext {
  readonly deployment: string;
  readonly container: ObservedContainer;
  readonly probe: Probe;
}

/**
 * `error` is `null` when the probe holds; `isAnswered` where it does not, and there was an answer. No result at all: it is
 * too soon to say.
 */
export type ProbeResult = { readonly error: string | null; readonly isAnswered?: boolean } | null;
/** Never rejects; ends within the probe's time-out and a second, and promptly on the signal. */
export type Asker = (signal: AbortSignal) => Promise<ProbeResult>;

export interface AskTools {
  readonly clock: Clock;
  readonly check: Check;
  readonly readBeat: BeatReader;
}

const UNREACHABLE: ProbeResult = { error: 'the container is in no network' };

/** What a check may take beyond its own time-out, before it counts as one that never ends. */
const GUARD_MS = 1000;

export function askerFor(asked: ProbeContext, tools: AskTools): Asker {
  return guarded(checkerFor(asked, tools), asked.probe.timeoutMs + GUARD_MS, tools.clock);
}

/** Whatever a check does, it is over in time: health would stand still behind one that never ends or that throws. */
function guarded(ask: Asker, limitMs: number, clock: Clock): Asker {
  return async (signal) => {
    const over = new AbortController();
    const end = (): void => over.abort();
    signal.addEventListener('abort', end);
    const late = clock.sleep(limitMs, over.signal).then(() => ({ error: `no answer within ${limitMs} ms` }));
    try {
      return await Promise.race([ask(over.signal), late]);
    } catch (error) {
      return { error: messageOf(error) };
    } finally {
      end();
      signal.removeEventListener('abort', end);
    }
  };
}

function checkerFor(asked: ProbeContext, tools: AskTools): Asker {
  const { probe, container } = asked;
  if (probe.kind === 'heartbeat') return heartbeatAsker(asked, probe, tools);
  const { address } = container;
  if (address === null) return async () => UNREACHABLE;
  return async (signal) => {
    const error = await tools.check(probe, address, signal);
    return error !== null && isAnswer(error) ? { error, isAnswered: true } : { error };
  };
}

function heartbeatAsker(
  { deployment, container }: ProbeContext,
  heartbeat: Heartbeat,
  { clock, readBeat }: AskTools,
): Asker {
  const { target, file, maxAge } = heartbeat;
  let pulse: Pulse | null = null;
  return async () => {
    const beat = await readBeat(deployment, container, file);
    if (beat.kind === 'filled') return { error: `${target}/${file} was filled; it is to be touched` };
    const nowMs = clock.monotonicMs();
    pulse = withLook(pulse, { stamp: beat.kind === 'touched' ? beat.stamp : null, nowMs });
    switch (judgePulse(heartbeat, pulse, nowMs)) {
      case 'beats':
        return { error: null };
      case 'silent':
        return { error: `${target}/${file} was not touched for more than ${maxAge}` };
      case 'open':
        return null;
    }
  };
}
