// Applies the steps of one decision, side by side: they do not depend on each other.
import type { Engine } from '../ports/engine.ts';
import type { Logger } from '../ports/logger.ts';
import type { StepResult } from '../reconcile/outcomes.ts';
import { type Step, type StepOutcome, serviceOf } from '../reconcile/steps.ts';

/** Resolves when all have ended, with their results in the same order. Rejects as the engine does. */
export async function applySteps(
  deployment: string,
  steps: readonly Step[],
  { engine, logger }: { readonly engine: Engine; readonly logger: Logger },
): Promise<StepResult[]> {
  const carryOut = async (step: Step): Promise<StepResult> => {
    const outcome = await engine.carryOut(deployment, step);
    return { step, outcome };
  };
  const results = await Promise.all(steps.map(carryOut));
  for (const { step, outcome } of results) {
    const level = outcome.ok ? 'info' : 'warn';
    logger[level]({ deployment, ...describeStep(step), ...failureIn(outcome) }, 'step');
  }
  return results;
}

function describeStep(step: Step): object {
  const service = serviceOf(step);
  return service === null ? { step: step.kind } : { step: step.kind, service };
}

function failureIn(outcome: StepOutcome): object {
  return outcome.ok ? {} : { code: outcome.code, err: outcome.message };
}
