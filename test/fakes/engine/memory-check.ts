// Probes of the fake engine's containers: by address, as from outside.
import type { Check } from '../../../agent/health/check.ts';
import { type Gate, OPEN_GATE, passed } from '../one-life.ts';
import { between } from '../random.ts';
import type { Daemon } from './daemon.ts';

export function memoryCheck(daemon: Daemon, gate: Gate = OPEN_GATE): Check {
  const check = checkOn(daemon);
  return async (probe, address, signal) => {
    const answer = await check(probe, address, signal);
    await passed(gate);
    return answer;
  };
}

function checkOn(daemon: Daemon): Check {
  return async (probe, address, signal) => {
    const { timeoutMs, port } = probe;
    await daemon.clock.sleep(between(daemon.random, 1, 10), signal);
    const container = daemon.at(address);
    const isListening = container?.isListening === true && !daemon.deafPorts.has(port);
    if (isListening && container.isAnswering) return null;
    if (!isListening) return `nothing listens on port ${port}`;
    await daemon.clock.sleep(timeoutMs, signal);
    return `no answer from port ${port} within ${timeoutMs} ms`;
  };
}
