import { type Fixed, fix } from '../../protocol/operations/fix.ts';
import type { Finding } from '../../protocol/reports/finding.ts';
import type { Publisher } from '../notices/notices.ts';
import { type Offer, offer, type Refused } from './offer.ts';
import { refusePaused } from './paused.ts';
import { type RetryTargets, tryAgain } from './retry.ts';

export interface FixTargets extends RetryTargets {
  /** As they are now; what follows from others is among them. */
  readonly diagnosis: {
    find(): { readonly findings: readonly Finding[]; readonly folded: readonly Finding[] };
  };
  readonly notices: Publisher;
}

/** All that it can do is to try deployments again: nothing is stopped, deleted or configured here. */
export function offerFix({ diagnosis, notices, ...targets }: FixTargets): Offer<Fixed> {
  return offer(fix, async ({ id, yes = false }) => {
    const { findings, folded } = diagnosis.find();
    const finding = [...findings, ...folded].find((one) => one.id === id);
    if (finding === undefined) {
      const message = `there is no finding "${id}" (any more); see holdfast why`;
      return { kind: 'not_found', code: 'no_such_finding', message };
    }
    const suffering = deploymentsOf(finding);
    const deployments = suffering.filter((name) => targets.supervisor.pauseOf(name) === null);
    const [first] = suffering;
    const paused =
      first === undefined || deployments.length > 0 ? null : refusePaused(first, targets.supervisor);
    if (paused !== null) return paused;
    if (finding.fix?.can_run !== true || deployments.length === 0) return notHere(finding);
    const action = `try ${deployments.join(', ')} again`;
    const answer = { id, title: finding.title, action, is_begun: yes };
    if (!yes) return { kind: 'done', answer };
    for (const deployment of deployments) tryAgain(deployment, targets);
    notices.publish({ kind: 'event', event: { type: 'fix_applied', id, action } });
    return { kind: 'accepted', answer };
  });
}

/** Those that it is about, and those that suffer from it. */
function deploymentsOf({ subject, cause_of: ids }: Finding): string[] {
  const named = [subject, ...ids].flatMap((text) => /(?:^|:)deployments\/([^/]+)/.exec(text)?.[1] ?? []);
  return [...new Set(named)];
}

function notHere({ fix: remedy }: Finding): Refused {
  const who = remedy?.by === 'fleet_manager' ? 'the fleet manager can: ' : '';
  const what = remedy === null ? 'there is nothing to do' : `${who}${remedy.text}`;
  const typed = remedy?.command === undefined ? '' : `; on the device: ${remedy.command}`;
  return {
    kind: 'refused',
    code: 'not_runnable',
    message: `the agent cannot mend that itself; ${what}${typed}`,
  };
}
