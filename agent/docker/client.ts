// The client of the engine's API, as every call of the agent uses it.
import Docker from 'dockerode';
import { setTimer } from '../../lib/time/timer.ts';

/**
 * `timeoutMs`: how long the engine may say nothing to a call, and to give its whole answer where that is no stream; no
 * limit by default. No API version is asked for: each
 * engine then speaks its own newest, and none refuses.
 *
 * Each call has a connection of its own. An engine that was told to end closes its socket before it stops its
 * containers, but goes on answering on connections that are open (moby/moby#38241): a stopped container would be
 * started again under an engine that is leaving, fail, count against its service, and leave a mount behind that
 * keeps the container from ever being removed. By a header, as dockerode prints an `agent` of Node's in full at
 * each call, for a log that is off, which costs ten times the call.
 */
export function connectDocker(socketPath: string, timeoutMs?: number): Docker {
  const headers = { Connection: 'close' };
  if (timeoutMs === undefined) return new Docker({ socketPath, headers });
  const docker = new Docker({ socketPath, headers, timeout: timeoutMs });
  // The silence before an answer, and then the answer.
  boundAnswers(docker, 2 * timeoutMs);
  return docker;
}

type Dial = Docker['modem']['dial'];

/**
 * Of an engine that ends in the middle of an answer dockerode waits for the rest for ever: its own time-out ends the
 * connection, and after the head of an answer it listens to nothing else.
 */
function boundAnswers({ modem }: Docker, limitMs: number): void {
  const dial: Dial = modem.dial.bind(modem);
  modem.dial = (options, callback) => {
    let isOver = false;
    const settle: typeof callback = (error, answer) => {
      if (isOver) return;
      isOver = true;
      cancel();
      callback?.(error, answer);
    };
    const cancel = setTimer(() => settle(brokenOff(limitMs), null), limitMs);
    dial(options, settle);
  };
}

function brokenOff(limitMs: number): Error {
  return Object.assign(new Error(`no whole answer in ${limitMs / 1000} s`), { code: 'ETIMEDOUT' });
}
