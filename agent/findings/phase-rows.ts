// What a deployment has come to: told by itself only where its reason says no more.
// Tested in test/agent/findings/find.test.ts.
import type { Status } from '../../protocol/reports/status.ts';
import { deploymentSubject, type Row } from './candidate.ts';
import { fixOf } from './remedies.ts';

function phaseRow(
  { code, phase }: { code: string; phase: Status['phase'] },
  { title, meaning, mend }: { title: (status: Status) => string; meaning: string; mend: string },
): Row {
  return {
    ...{ code, severity: 'error', visibleAfterMs: 0, meaning, mend },
    find: ({ statuses }) =>
      statuses
        .filter((status) => status.phase === phase)
        .map((status) => ({
          subject: deploymentSubject(status.deployment),
          title: title(status),
          ...(status.since === undefined ? {} : { since: status.since }),
          fix: fixOf('unproven', { deployment: status.deployment, service: null }, undefined),
        })),
  };
}

export const PHASE_ROWS: readonly Row[] = [
  phaseRow(
    { code: 'update_rolled_back', phase: 'rolled_back' },
    {
      title: ({ deployment, desired, running }) =>
        `${deployment} runs revision ${running?.revision ?? '?'}, and not ${desired?.revision ?? '?'} as asked`,
      meaning: 'an update failed, and the revision before runs',
      mend: 'publish changed content, or `holdfast retry NAME`',
    },
  ),
  phaseRow(
    { code: 'deployment_failed', phase: 'failed' },
    {
      title: ({ deployment, desired }) =>
        `${deployment}: revision ${desired?.revision ?? '?'} does not run, and there is none to go back to`,
      meaning: 'nothing good runs',
      mend: 'publish changed content, or remove the cause',
    },
  ),
  phaseRow(
    { code: 'deployment_degraded', phase: 'degraded' },
    {
      title: ({ deployment, running }) =>
        `${deployment} is not well with revision ${running?.revision ?? '?'}`,
      meaning: 'the verified revision runs, and something of it does not work',
      mend: 'see what it comes from',
    },
  ),
];
