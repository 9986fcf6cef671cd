// Steps that succeed and lead nowhere: an engine that shows something otherwise than it was asked, or somebody who
// undoes what was done. They are counted for each service, network and volume until it is well; then they are backed
// off, and told with what the engine shows. What fails has a back-off of its own and is not counted here.

import { equalJitter, nextCeilingMs } from '../../../lib/time/back-off.ts';
import type { Decision } from '../../model/decision.ts';
import type { Facts, Moment } from '../../model/facts.ts';
import { isHeldBack } from '../../model/histories.ts';
import { keyOf } from '../../model/instance.ts';
import type { Observed, ObservedContainer } from '../../model/observed.ts';
import type { Reason } from '../../model/reason.ts';
import type { DeploymentRecord, Repeat } from '../../model/record.ts';
import { instanceKeyOf, natureOf, pathOf } from '../../model/step-table.ts';
import type { Step, StepResult } from '../../model/steps.ts';
import { earliest } from './wake.ts';

/** More than any service needs of one step to come up, also under a person's hands. */
const MAX_TIMES = 5;
const RETRY = { baseMs: 1000, capMs: 2 * 60_000 };
const NOTHING: Repeat = { times: {}, retryAtMs: null, delayMs: 0, shown: null };

export function noteRepeats(
  record: DeploymentRecord,
  results: readonly StepResult[],
  moment: Moment,
): DeploymentRecord {
  const repeats = new Map(Object.entries(record.repeats ?? {}));
  const done = results.filter(({ step, outcome }) => outcome.ok && isCounted(step, record));
  // Several at once, such as removals of several leftovers, are one.
  const distinct = new Map(done.map(({ step }) => [`${pathOf(step)} ${wordFor(step)}`, step]));
  for (const step of distinct.values()) {
    const path = pathOf(step);
    repeats.set(path, oneMore(repeats.get(path) ?? NOTHING, wordFor(step), moment));
  }
  return withRepeats(record, Object.fromEntries(repeats));
}

function isCounted(step: Step, record: DeploymentRecord): boolean {
  switch (natureOf(step).repeats) {
    case 'counted':
      return true;
    case 'counted_unless_failing':
      return (record.services[instanceKeyOf(step) ?? '']?.failuresInRow ?? 0) === 0;
    case 'not_counted':
      return false;
  }
}

function canRepeat(step: Step): boolean {
  return natureOf(step).repeats !== 'not_counted';
}

function oneMore(before: Repeat, word: string, { nowMs, chance }: Moment): Repeat {
  const count = (before.times[word] ?? 0) + 1;
  const times = { ...before.times, [word]: count };
  if (count <= MAX_TIMES) return { ...before, times };
  const ceilingMs = nextCeilingMs({ limits: RETRY, failures: count - MAX_TIMES - 1 });
  const delayMs = equalJitter(ceilingMs, chance);
  return { ...before, times, delayMs, retryAtMs: nowMs + delayMs };
}

/** A service joins many networks, each once. */
function wordFor(step: Step): string {
  return step.kind === 'join_network' ? `${step.kind} ${step.network}` : step.kind;
}

/** The decision without the steps that have to wait, and the record without what is well. */
export function holdRepeated({ nowMs, observed }: Facts, decision: Decision): Decision {
  const kept = Object.entries(decision.record.repeats ?? {}).flatMap(([path, repeat]) => {
    const planned = decision.steps.filter((step) => pathOf(step) === path && canRepeat(step));
    if (planned.length === 0 && isWell(path, decision, nowMs)) return [];
    const shown = planned.map((step) => shownFor(step, observed)).find((words) => words !== null);
    return [[path, { ...repeat, shown: shown ?? repeat.shown }] as const];
  });
  const waits = new Map(kept.map(([path, { retryAtMs }]) => [path, (retryAtMs ?? 0) - nowMs]));
  const isHeld = (step: Step): boolean => canRepeat(step) && (waits.get(pathOf(step)) ?? 0) > 0;
  const held = decision.steps.filter(isHeld);
  return {
    ...decision,
    record: withRepeats(decision.record, Object.fromEntries(kept)),
    steps: decision.steps.filter((step) => !isHeld(step)),
    wakeInMs: earliest(decision.wakeInMs, ...held.map((step) => waits.get(pathOf(step)) ?? null)),
  };
}

/** Nothing is to be done for it; and if it is a service, it does its work, or waits out a failure of its own. */
function isWell(path: string, { services }: Decision, nowMs: number): boolean {
  const view = services.find(({ spec }) => path === `services.${keyOf(spec.instance)}`);
  if (view === undefined) return true;
  return view.plight === 'good' || isHeldBack(view.history, nowMs);
}

/** What the engine shows of what a step is to change; `null` where it shows nothing of it. */
function shownFor(step: Step, { containers }: Observed): string | null {
  switch (step.kind) {
    case 'create_network':
    case 'create_volume':
      return 'the engine does not list it';
    case 'remove_network':
    case 'remove_volume':
      return 'the engine still lists it';
    case 'remove_folder':
      return 'something is still there';
    case 'create_container':
    case 'leave_network':
      return null;
    case 'start_container':
    case 'unpause_container':
    case 'stop_container':
    case 'join_network':
    case 'restart_container':
    case 'update_container':
    case 'remove_container':
    case 'read_last_logs':
      return shownOf(
        step,
        containers.find(({ id }) => id === step.container),
      );
  }
}

function shownOf({ kind }: Step, container: ObservedContainer | undefined): string | null {
  if (container === undefined) return null;
  const { id, state, networks, settings } = container;
  const where = networks.length === 0 ? 'in no network of this deployment' : `in ${networks.join(', ')}`;
  const limits = `${settings.memoryBytes} bytes, ${settings.nanoCpus / 1e9} cpus, ${settings.pids} pids`;
  const has = kind === 'update_container' ? `, with ${limits}, restart "${settings.restartPolicy}"` : '';
  return `container ${id.slice(0, 12)} is ${state}, ${where}${has}`;
}

/** What goes round in circles now, each as a reason. */
export function noProgressIn({ repeats = {} }: DeploymentRecord): Reason[] {
  return Object.entries(repeats)
    .filter(([, { retryAtMs }]) => retryAtMs !== null)
    .map(([path, { times, shown }]) => {
      const done = Object.entries(times).map(([word, count]) => `${word} (${count} times)`);
      const why = shown === null ? '' : `: ${shown}`;
      return {
        code: NO_PROGRESS,
        path,
        message: `${done.join(', ')} succeeded, and the engine does not show what was asked${why}`,
        hint: 'somebody undoes it, or this engine differs from a Docker Engine: see "docker events"',
      };
    });
}

export const NO_PROGRESS = 'no_progress';

/** As nothing had been counted: another document, or another try. */
export function withoutRepeats({ repeats: _, ...record }: DeploymentRecord): DeploymentRecord {
  return record;
}

function withRepeats(record: DeploymentRecord, repeats: Readonly<Record<string, Repeat>>): DeploymentRecord {
  const rest = withoutRepeats(record);
  return Object.keys(repeats).length === 0 ? rest : { ...rest, repeats };
}
