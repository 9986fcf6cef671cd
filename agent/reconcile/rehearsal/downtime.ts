// For how long a rehearsal leaves a service without a container that runs.
// Tested in test/agent/whole/plan.test.ts.
import { keyOf } from '../../model/instance.ts';
import type { Observed } from '../../model/observed.ts';
import { graceOf, instanceKeyOf } from '../../model/step-table.ts';
import type { Step } from '../../model/steps.ts';
import { isUp } from '../running/select-container.ts';
import type { Round } from './rehearse.ts';

export interface Downtime {
  /** What all stops in it may take at most, by the grace of what is stopped. */
  readonly stopMs: number;
  /** Services whose start comes before its own in that time. */
  readonly after: readonly string[];
  /** Whether it is started again. */
  readonly isStarted: boolean;
}

/** From the round in which the last container of it stops to the one that starts another; `null` where there is none. */
export function downtimeOf(key: string, rounds: readonly Round[]): Downtime | null {
  const from = rounds.findIndex((round, index) => isLeftDown(key, round, rounds[index + 1]));
  if (from === -1) return null;
  const until = rounds.findIndex((round, index) => index >= from && starts(key, round.steps));
  const between = rounds.slice(from, until === -1 ? undefined : until + 1);
  return {
    stopMs: between.reduce(
      (sum, { steps }) => sum + Math.max(0, ...steps.map((step) => graceOf(step) ?? 0)),
      0,
    ),
    after: startedIn(between.slice(0, -1)).filter((other) => other !== key),
    isStarted: until !== -1,
  };
}

/** A restart is a stop and a start in one. Of the last round nobody sees what is left. */
function isLeftDown(key: string, { observed, steps }: Round, next: Round | undefined): boolean {
  if (!isServed(key, observed)) return false;
  const own = steps.filter((step) => instanceKeyOf(step) === key);
  if (own.some(({ kind }) => kind === 'restart_container')) return true;
  const stopped = own.flatMap((step) => (step.kind === 'stop_container' ? [step.container] : []));
  if (next !== undefined) return stopped.length > 0 && !isServed(key, next.observed);
  return observed.containers.every((one) => keyOf(one) !== key || !isUp(one) || stopped.includes(one.id));
}

function isServed(key: string, { containers }: Observed): boolean {
  return containers.some((container) => keyOf(container) === key && isUp(container));
}

function starts(key: string, steps: readonly Step[]): boolean {
  return steps.some(
    (step) =>
      instanceKeyOf(step) === key && (step.kind === 'start_container' || step.kind === 'restart_container'),
  );
}

function startedIn(rounds: readonly Round[]): string[] {
  const keys = rounds.flatMap(({ steps }) =>
    steps.flatMap((step) => (step.kind === 'start_container' ? (instanceKeyOf(step) ?? []) : [])),
  );
  return [...new Set(keys)];
}
