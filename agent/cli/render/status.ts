// `holdfast status` for people: the device, then each deployment.

import type { View } from '../../../lib/answers/view.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import { byStanding, isSettledWell, standingOf } from '../../../lib/reports/standing.ts';
import type { LocalStatus } from '../../../protocol/operations/status.ts';
import { describeDevice } from '../../words/device-words.ts';
import { renderDeployment } from './deployment.ts';

const LABEL_WIDTH = 9;

/** The whole text, ending in a line break. */
export function renderStatus(status: LocalStatus, view: View): string {
  const nothing = ['', 'No deployments: nothing has been asked of this device yet.'];
  const deployments = renderDeployments(status, view);
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
function renderDeployments({ deployments: statuses, usage = {} }: LocalStatus, view: View): string[] {
  const removed = statuses.filter((status) => standingOf(status) === 'removed');
  const others = byStanding(statuses).filter((status) => !removed.includes(status));
  const names = removed.map(
    ({ deployment, desired }) => `${deployment} (revision ${desired?.revision ?? '?'})`,
  );
  return [
    ...others.flatMap((status) => ['', ...renderDeployment(status, usage[status.deployment] ?? {}, view)]),
    ...(names.length === 0 ? [] : ['', ...wrap(`Removed: ${names.join(', ')}`, 0, view.columns)]),
  ];
}

function renderDevice(status: LocalStatus, view: View): string[] {
  return describeDevice(status, view.now)
    .flatMap(([label, text]) => wrap(`${label.padEnd(LABEL_WIDTH, '\u00a0')}${text}`, 0, view.columns))
    .map((line) => line.replaceAll('\u00a0', ' '));
}
