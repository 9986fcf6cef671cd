// The device itself in words: the command and the page say the same. Pure: data in, text out.
// Tested in test/agent/cli/render/status.test.ts.
import { elapsed } from '../../lib/render/elapsed.ts';
import { explainReason } from '../../lib/reports/reason-words.ts';
import { describeAll } from '../../lib/reports/standing.ts';
import type { LocalStatus } from '../../protocol/operations/status.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';

const MAX_SHOWN_DENIED = 3;

/** One line for each thing to know, with what it is about. */
export function describeDevice(status: LocalStatus, now: Date): (readonly [label: string, text: string])[] {
  const rows: (readonly [string, string])[] = [
    ['device', describeAgent(status, now)],
    ['broker', describeBroker(status, now)],
    ['engine', describeEngine(status)],
  ];
  if (status.host !== undefined) rows.push(['host', describeHost(status.host)]);
  const backlog = describeBacklog(status);
  if (status.broker.denied.length > 0) rows.push(['denied', describeDenied(status.broker.denied)]);
  if (backlog !== null) rows.push(['reports', backlog]);
  const all = describeAll(status.deployments);
  if (all !== null) rows.push(['summary', all]);
  return rows;
}

function describeAgent(status: LocalStatus, now: Date): string {
  const groups = status.groups.length > 0 ? `, groups ${status.groups.join(', ')}` : '';
  const up = elapsed(status.started_at, now);
  const host = status.host_name === null ? '' : ` (kept; the host name is ${status.host_name} now)`;
  return `${status.device}${host}, agent ${status.agent_version}${up === null ? '' : `, up ${up}`}${groups}`;
}

function describeBroker({ broker }: LocalStatus, now: Date): string {
  const time = elapsed(broker.since, now);
  const during = time === null ? '' : ` for ${time}`;
  if (broker.is_connected) return `connected to ${broker.url}${during} (MQTT ${broker.protocol ?? '?'})`;
  const why = broker.trouble === null ? '' : `: ${explainReason(broker.trouble)}`;
  return `not connected to ${broker.url}${during}${why}`;
}

function describeDenied(topics: readonly string[]): string {
  const shown = topics.slice(0, MAX_SHOWN_DENIED).join(', ');
  const rest = topics.length - MAX_SHOWN_DENIED;
  return `by the broker: ${shown}${rest > 0 ? ` and ${rest} more` : ''}; check its access rules`;
}

function describeEngine({ engine }: LocalStatus): string {
  if (engine.is_reachable) return 'reachable';
  const message = engine.message === null ? '' : `: ${engine.message}`;
  return `not reachable${message}${engine.hint === null ? '' : `; ${engine.hint}`}`;
}

function describeHost({ cpu_percent: cpu, ...host }: NonNullable<LocalStatus['host']>): string {
  const { memory, disk, temperature_celsius: temperature, clock_synchronised: isSynchronised } = host;
  const parts: (string | null)[] = [
    cpu === null ? null : `cpu ${cpu}%`,
    `${formatBytes(memory.available_bytes)} of ${formatBytes(memory.total_bytes)} memory free`,
    `${formatBytes(disk.available_bytes)} of ${formatBytes(disk.total_bytes)} disk free`,
    temperature === null ? null : `${temperature} °C`,
    isSynchronised === null ? null : `clock ${isSynchronised ? '' : 'not '}synchronised`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

function describeBacklog({ outbox }: LocalStatus): string | null {
  if (outbox.events + outbox.statuses === 0) return null;
  const events = `${outbox.events} ${outbox.events === 1 ? 'event' : 'events'}`;
  return `waiting for the broker: ${events}, ${outbox.statuses} ${outbox.statuses === 1 ? 'status' : 'statuses'}`;
}
