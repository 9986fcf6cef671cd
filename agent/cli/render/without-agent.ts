// What `holdfast status` and `holdfast why` show where no agent answers.
// Tested in test/agent/cli/without-agent.test.ts.

import type { View } from '../../../lib/answers/view.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import { byStanding, isSettledWell, standingOf } from '../../../lib/reports/standing.ts';
import type { WithoutAgent } from '../../../protocol/operations/without-agent.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { renderDeployment } from './deployment.ts';

/** All that is known. Ends in a line break. */
export function renderStatusWithoutAgent(known: WithoutAgent, view: View): string {
  return render(known, view, (status) => standingOf(status) !== 'removed');
}

/** Of the deployments those that were not well. Ends in a line break. */
export function renderWhyWithoutAgent(known: WithoutAgent, view: View): string {
  return render(known, view, (status) => !isSettledWell(status));
}

function render(known: WithoutAgent, view: View, isShown: (status: Status) => boolean): string {
  const lines = [
    ...known.missing.map(({ what, why }) => `Nothing is known of ${what}: ${why.replace(/\.$/, '')}.`),
    ...describeUnit(known),
    ...describeContainers(known),
    ...describeStore(known),
  ].flatMap((line) => wrap(line, 0, view.columns));
  const deployments = byStanding(known.deployments ?? []).filter(isShown);
  const shown = deployments.flatMap((status) => ['', ...renderDeployment(status, {}, view)]);
  return `${[...lines, ...shown].join('\n')}\n`;
}

function describeUnit({ unit }: WithoutAgent): string[] {
  if (unit === null) return [];
  const result = unit.result === 'success' ? '' : `, last result ${unit.result}`;
  return [`Unit holdfast: ${unit.active_state} (${unit.sub_state})${result}, ${unit.restarts} restarts.`];
}

function describeContainers({ containers }: WithoutAgent): string[] {
  if (containers === null) return [];
  if (containers.length === 0) return ['The engine answers. It has no container of the agent.'];
  const running = containers.filter(({ state }) => state === 'running');
  return [
    `The engine answers: ${running.length} of ${containers.length} containers of the agent run.`,
    ...containers.map(
      ({ deployment, service, name, status }) => `- ${deployment}/${service ?? name}: ${status}`,
    ),
  ];
}

function describeStore({ deployments, stored_at }: WithoutAgent): string[] {
  if (deployments === null) return [];
  const all = deployments.filter((status) => standingOf(status) !== 'removed');
  const unwell = all.filter((status) => !isSettledWell(status)).length;
  return [
    `As the agent stored it until ${stored_at?.replace(/\.\d+/, '')}: ${all.length} ${all.length === 1 ? 'deployment' : 'deployments'}, ${unwell} of them not well. It may be different now.`,
  ];
}
