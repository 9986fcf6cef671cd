// A document that was accepted under wider bounds, brought within those of today.

import { parseDurationMs } from '../values/duration.ts';
import { DURATION_BOUNDS, type DurationKey } from './bounds.ts';
import type { Deployment, UpdatePolicy } from './deployment.ts';
import type { Probe, Service } from './service.ts';

/**
 * Those that the agent itself waits for. What only the engine reads stays as it was: a change would make the container
 * anew.
 */
export function clampDurations(document: Deployment): Deployment {
  if (document.state !== 'present') return document;
  const services = Object.entries(document.services).map(([name, service]): [string, Service] => [
    name,
    service.probe === undefined ? service : { ...service, probe: clampProbe(service.probe) },
  ]);
  return { ...document, services: Object.fromEntries(services), update: clampUpdate(document.update) };
}

function clampUpdate({ window, ...update }: UpdatePolicy): UpdatePolicy {
  return {
    ...update,
    healthy_after: clamp(update.healthy_after, 'update.healthy_after'),
    deadline: clamp(update.deadline, 'update.deadline'),
    ...(window === undefined
      ? {}
      : { window: { ...window, length: clamp(window.length, 'update.window.length') } }),
  };
}

function clampProbe({ heartbeat, ...probe }: Probe): Probe {
  return {
    ...probe,
    interval: clamp(probe.interval, 'probe.interval'),
    timeout: clamp(probe.timeout, 'probe.timeout'),
    grace: clamp(probe.grace, 'probe.grace'),
    ...(heartbeat === undefined
      ? {}
      : { heartbeat: { ...heartbeat, max_age: clamp(heartbeat.max_age, 'probe.heartbeat.max_age') } }),
  };
}

function clamp(text: string, key: DurationKey): string {
  const { least, most } = DURATION_BOUNDS[key];
  const ms = parseDurationMs(text);
  if (ms === null || ms > (parseDurationMs(most) ?? 0)) return most;
  return ms < (parseDurationMs(least) ?? 0) ? least : text;
}
