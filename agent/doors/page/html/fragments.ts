// What the page shows, in parts that are replaced one by one while it is open.
// Tested in test/agent/doors/page/html/page.test.ts.
import { byStanding, describeAll, standingOf } from '../../../../lib/reports/standing.ts';
import type { Operation } from '../../../../protocol/operations/operation.ts';
import type { LocalStatus } from '../../../../protocol/operations/status.ts';
import type { Findings } from '../../../../protocol/operations/why.ts';
import type { Status } from '../../../../protocol/reports/status.ts';
import { describeDevice } from '../../../words/device-words.ts';
import { deviceCommands } from './commands.ts';
import { renderDeployment } from './deployment.ts';
import { renderFindings } from './findings.ts';
import { type Markup, markup } from './markup.ts';

/** All that is shown. */
export interface PageView {
  readonly status: LocalStatus;
  readonly findings: Findings;
  /** What can be asked with the `holdfast` command. */
  readonly operations: readonly Operation[];
  readonly now: Date;
}

/** One part: a section of this id, whose title has the id `ID-title`. */
export type Fragment = readonly [id: string, content: Markup];

/** In one line: what is wrong, or that nothing is. */
export function summarise({ status, findings }: PageView): string {
  const [worst] = findings.findings;
  const deployments = describeAll(status.deployments) ?? 'no deployments';
  return worst === undefined ? `all well; ${deployments}` : `${worst.title}; ${deployments}`;
}

/** In the order in which they stand. */
export function fragmentsOf(view: PageView): Fragment[] {
  const { status, findings, operations, now } = view;
  const { usage = {} } = status;
  const removed = status.deployments.filter((one) => standingOf(one) === 'removed');
  const others = byStanding(status.deployments).filter((one) => !removed.includes(one));
  return [
    ['findings', renderFindings(findings, now)],
    ['device', renderDevice(view)],
    ...others.map(
      (one): Fragment => [
        `d-${one.deployment}`,
        renderDeployment(one, { operations, usage: usage[one.deployment] ?? {}, now }),
      ],
    ),
    ...(removed.length === 0 ? [] : [['removed', renderRemoved(removed)] as const]),
  ];
}

function renderDevice({ status, operations, now }: PageView): Markup {
  const rows = describeDevice(status, now).map(
    ([label, text]) => markup`<div><dt>${label}</dt><dd>${text}</dd></div>`,
  );
  return markup`<h2 id="device-title">Device</h2><dl>${rows}</dl>${deviceCommands(operations)}`;
}

/** Of removed ones a device remembers a hundred: they share one line. */
function renderRemoved(removed: readonly Status[]): Markup {
  const names = removed.map(
    ({ deployment, desired }) => `${deployment} (revision ${desired?.revision ?? '?'})`,
  );
  return markup`<h2 id="removed-title">Removed</h2><p>${names.join(', ')}</p>`;
}
