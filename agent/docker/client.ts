// The client of the engine's API, as every call of the agent uses it.
import Docker from 'dockerode';

/**
 * `timeoutMs`: how long the engine may say nothing to a call; no limit by default. No API version is asked for: each
 * engine then speaks its own newest, and none refuses.
 *
 * Each call has a connection of its own. An engine that was told to end closes its socket before it stops its
 * containers, but goes on answering on connections that are open (moby/moby#38241): a stopped container would be
 * started again under an engine that is leaving, fail, count against its service, and leave a mount behind that
 * keeps the container from ever being removed. By a header, as dockerode prints an `agent` of Node's in full at
 * each call, for a log that is off, which costs ten times the call.
 */
export function connectDocker(socketPath: string, timeoutMs?: number): Docker {
  return new Docker({
    socketPath,
    headers: { Connection: 'close' },
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
  });
}
