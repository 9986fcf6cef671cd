// Heartbeats of the fake engine's containers: one that answers probes touches its file too, without a pause.
import type { BeatReader } from '../../../agent/ports/service-files.ts';
import type { Daemon } from './daemon.ts';

export function memoryBeat(daemon: Daemon): BeatReader {
  const touched = new Map<string, string>();
  return async (deployment, { service, specHash }) => {
    const key = `${deployment}/${service}/${specHash}`;
    const beats = daemon
      .of(deployment, service)
      .some((container) => container.spec.hash === specHash && container.isAnswering);
    if (beats) touched.set(key, String(daemon.clock.monotonicMs()));
    const stamp = touched.get(key);
    return stamp === undefined ? { kind: 'missing' } : { kind: 'touched', stamp };
  };
}
