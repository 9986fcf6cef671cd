// What the device and its services have used up to now, read from the host.
// Tested in test/agent/report/sampler.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import type { Host } from '../ports/host.ts';
import type { Reading } from './sample.ts';

/** Past it the first by name are read, so that a sample stays well below what one message carries. */
const MAX_SERVICES = 100;

export interface ReadingSources {
  readonly clock: Clock;
  readonly host: Host;
  /** Whose services are read. */
  readonly statuses: AgentState['statuses'];
}

export function takeReading({ clock, host, statuses }: ReadingSources): Reading {
  const running = inOrder(statuses.value).flatMap(runningServices).slice(0, MAX_SERVICES);
  const usages = host.readContainerUsage(running.map(({ container }) => container));
  return {
    atMs: clock.monotonicMs(),
    host: host.readFacts(),
    cpu: host.readCpuTime(),
    services: running.flatMap((service) => {
      const usage = usages.get(service.container);
      return usage === undefined ? [] : [{ ...service, usage }];
    }),
  };
}

function runningServices({ deployment, services }: Status) {
  return Object.entries(services).flatMap(([service, { state, container }]) =>
    state === 'running' && container !== null ? [{ deployment, service, container }] : [],
  );
}
