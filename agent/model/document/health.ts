// Probe and HEALTHCHECK of a document, as values.
// Tested in test/agent/model/document/conversion.test.ts.
import type { Probe as AskedProbe, Service } from '../../../protocol/deployment/service.ts';
import type {
  Healthcheck,
  HeartbeatProbe,
  HttpProbe,
  Probe,
  ProbeTiming,
  TcpProbe,
} from '../desired-health.ts';
import { boundedMs, boundedText, engineMs, NoValue } from './values.ts';

/** Throws `NoValue`. */
export function probeOf(asked: AskedProbe): Probe {
  return { ...timingOf(asked), ...kindOf(asked) };
}

function timingOf({ interval, timeout, grace, failures }: AskedProbe): ProbeTiming {
  return {
    intervalMs: boundedMs(interval, 'probe.interval'),
    timeoutMs: boundedMs(timeout, 'probe.timeout'),
    graceMs: boundedMs(grace, 'probe.grace'),
    failures,
  };
}

function kindOf({ heartbeat, http, tcp }: AskedProbe): HttpProbe | TcpProbe | HeartbeatProbe {
  if (heartbeat !== undefined) {
    const { target, file, max_age: asked } = heartbeat;
    const maxAge = boundedText(asked, 'probe.heartbeat.max_age');
    const maxAgeMs = boundedMs(asked, 'probe.heartbeat.max_age');
    return { kind: 'heartbeat', target, file, maxAgeMs, maxAge };
  }
  if (http !== undefined) return { kind: 'http', port: http.port, path: http.path };
  if (tcp !== undefined) return { kind: 'tcp', port: tcp.port };
  throw new NoValue('probe', 'neither http nor tcp nor heartbeat');
}

/** Throws `NoValue`. */
export function healthcheckOf(asked: NonNullable<Service['healthcheck']>): Healthcheck {
  return {
    test: asked.test ?? null,
    intervalMs: engineMs(asked.interval),
    timeoutMs: engineMs(asked.timeout),
    retries: asked.retries ?? null,
    startPeriodMs: engineMs(asked.start_period),
    startIntervalMs: engineMs(asked.start_interval),
  };
}
