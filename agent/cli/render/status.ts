// `holdfast status` for people: the device, then each deployment.
import { elapsed } from '../../../lib/render/elapsed.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import { explainReason } from '../../../lib/reports/reason-words.ts';
import { byStanding, describeAll, isSettledWell, standingOf } from '../../../lib/reports/standing.ts';
import type { LocalStatus } from '../../../protocol/operations/status.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { renderDeployment } from './deployment.ts';
import type { View } from './view.ts';

const LABEL_WIDTH = 9;
const MAX_SHOWN_DENIED = 3;

/** The whole text, ending in a line break. */
export function renderStatus(status: LocalStatus, view: View): string {
  const nothing = ['', 'No deployments: nothing has been asked of this device yet.'];
  const deployments = renderDeployments(status.deployments, view);
  const lines = [...renderDevice(status, view), ...(deployments.length > 0 ? deployments : nothing)];
  return `${lines.join('\n')}\n`;
}

/**
 * An engine that cannot be reached leaves the agent unable to vouch for anything, and a broker that nobody has set is
 * none that comes back by itself: both are bad news.
 */
export function isAllWell({ engine, broker, deployments }: LocalStatus): boolean {
  return engine.is_reachable && broker.trouble?.code !== 'not_configured' && deployments.every(isSettledWell);
}

/** Of removed ones a device remembers a hundred: they share one line. */
function renderDeployments(statuses: readonly Status[], view: View): string[] {
  const removed = statuses.filter((status) => standingOf(status) === 'removed');
  const others = byStanding(statuses).filter((status) => !removed.includes(status));
  const names = removed.map(
    ({ deployment, desired }) => `${deployment} (revision ${desired?.revision ?? '?'})`,
  );
  return [
    ...others.flatMap((status) => ['', ...renderDeployment(status, view)]),
    ...(names.length === 0 ? [] : ['', ...wrap(`Removed: ${names.join(', ')}`, 0, view.columns)]),
  ];
}

function renderDevice(status: LocalStatus, view: View): string[] {
  const rows: (readonly [string, string])[] = [
    ['device', describeDevice(status, view)],
    ['broker', describeBroker(status, view)],
    ['engine', describeEngine(status)],
  ];
  const backlog = describeBacklog(status);
  if (status.broker.denied.length > 0) rows.push(['denied', describeDenied(status.broker.denied)]);
  if (backlog !== null) rows.push(['reports', backlog]);
  const all = describeAll(status.deployments);
  if (all !== null) rows.push(['summary', all]);
  return rows
    .flatMap(([label, text]) => wrap(`${label.padEnd(LABEL_WIDTH, '\u00a0')}${text}`, 0, view.columns))
    .map((line) => line.replaceAll('\u00a0', ' '));
}

function describeDevice(status: LocalStatus, view: View): string {
  const groups = status.groups.length > 0 ? `, groups ${status.groups.join(', ')}` : '';
  const up = elapsed(status.started_at, view.now);
  const host = status.host_name === null ? '' : ` (kept; the host name is ${status.host_name} now)`;
  return `${status.device}${host}, agent ${status.agent_version}${up === null ? '' : `, up ${up}`}${groups}`;
}

function describeBroker({ broker }: LocalStatus, view: View): string {
  const time = elapsed(broker.since, view.now);
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

function describeBacklog({ outbox }: LocalStatus): string | null {
  if (outbox.events + outbox.statuses === 0) return null;
  const events = `${outbox.events} ${outbox.events === 1 ? 'event' : 'events'}`;
  return `waiting for the broker: ${events}, ${outbox.statuses} ${outbox.statuses === 1 ? 'status' : 'statuses'}`;
}
