import { type Fixed, fix } from '../../protocol/operations/fix.ts';
import type { Finding } from '../../protocol/reports/finding.ts';
import type { Publisher } from '../notices/notices.ts';
import { type CarryOut, type Offer, type Outcome, offer, type Refused } from './offer.ts';
import { refusePaused } from './paused.ts';
import { type RetryTargets, tryAgain } from './retry.ts';

export interface FixTargets extends RetryTargets {
  /** As they are now; what follows from others is among them. */
  readonly diagnosis: {
    find(): { readonly findings: readonly Finding[]; readonly folded: readonly Finding[] };
  };
  readonly notices: Publisher;
  /** What a finding may name as its command beside `retry`. */
  readonly operations: { readonly restart: Offer; readonly resume: Offer };
}

/** What is done about a finding, as a phrase, and how; `null` from `begin`: it was begun. */
interface Plan {
  readonly action: string;
  begin(...asked: AskedBy): Promise<Refused | null>;
}

type AskedBy = [signal: Parameters<CarryOut<typeof fix>>[1], by: Parameters<CarryOut<typeof fix>>[2]];

/** It does what the finding names as its command, which others may ask for too: nothing is deleted or configured here. */
export function offerFix({ diagnosis, notices, ...targets }: FixTargets): Offer<Fixed> {
  return offer(fix, async ({ id, yes = false }, ...asked) => {
    const { findings, folded } = diagnosis.find();
    const finding = [...findings, ...folded].find((one) => one.id === id);
    if (finding === undefined) {
      const message = `there is no finding "${id}" (any more); see holdfast why`;
      return { kind: 'not_found', code: 'no_such_finding', message };
    }
    const plan = planOf(finding, targets);
    if ('kind' in plan) return plan;
    const { action } = plan;
    const answer = { id, title: finding.title, action, is_begun: yes };
    if (!yes) return { kind: 'done', answer };
    const refused = await plan.begin(...asked);
    if (refused !== null) return refused;
    notices.publish({ kind: 'event', event: { type: 'fix_applied', id, action } });
    return { kind: 'accepted', answer };
  });
}

type PlanTargets = Omit<FixTargets, 'diagnosis' | 'notices'>;

function planOf(finding: Finding, targets: PlanTargets): Plan | Refused {
  return planCommand(finding, targets.operations) ?? planRetry(finding, targets);
}

const COMMAND = /^holdfast (restart|resume) (\S+)$/;

/** `null` where its command is another. */
function planCommand({ fix: remedy }: Finding, { restart, resume }: FixTargets['operations']): Plan | null {
  const [, verb, name] = COMMAND.exec(remedy?.can_run === true ? (remedy.command ?? '') : '') ?? [];
  if (name === undefined) return null;
  return verb === 'restart'
    ? { action: `restart ${name}`, begin: (...asked) => begin(restart, { target: name }, asked) }
    : { action: `end the pause of ${name}`, begin: (...asked) => begin(resume, { deployment: name }, asked) };
}

async function begin(
  asked: Offer,
  args: Readonly<Record<string, unknown>>,
  by: AskedBy,
): Promise<Refused | null> {
  const outcome = await asked.ask(args, ...by);
  if (outcome.kind === 'invalid' || outcome.kind === 'stream')
    throw new Error(`unreachable: a finding names ${asked.operation.name} as it cannot be asked for`);
  return isBegun(outcome) ? null : outcome;
}

function isBegun(outcome: Outcome): outcome is Exclude<Outcome, Refused> {
  return outcome.kind === 'accepted' || outcome.kind === 'done';
}

function planRetry(finding: Finding, targets: RetryTargets): Plan | Refused {
  const suffering = deploymentsOf(finding);
  const deployments = suffering.filter((name) => targets.supervisor.pauseOf(name) === null);
  const [first] = suffering;
  const paused =
    first === undefined || deployments.length > 0 ? null : refusePaused(first, targets.supervisor);
  if (paused !== null) return paused;
  if (finding.fix?.can_run !== true || deployments.length === 0) return notHere(finding);
  return {
    action: `try ${deployments.join(', ')} again`,
    async begin() {
      for (const deployment of deployments) tryAgain(deployment, targets);
      return null;
    },
  };
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
