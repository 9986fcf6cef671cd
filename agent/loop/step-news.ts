// What is worth telling of the steps of a round. An obstacle may last for weeks, and is tried every half a minute: the
// same failure of the same step is told once, until the step succeeds or fails in another way.
// Tested in test/agent/whole/deployment-log.test.ts.

import { pathOf } from '../model/step-table.ts';
import type { StepResult } from '../model/steps.ts';

/** More than one deployment has at a time; the oldest is forgotten, and told again. */
const MAX_KNOWN = 256;

export class StepNews {
  /** By step and what it is for, how it failed. */
  readonly #known = new Map<string, string>();

  of(results: readonly StepResult[]): StepResult[] {
    return results.filter((result) => this.#isNew(result));
  }

  #isNew({ step, outcome }: StepResult): boolean {
    const key = `${step.kind} ${pathOf(step)}`;
    const before = this.#known.get(key);
    this.#known.delete(key);
    if (outcome.ok) return true;
    const failure = `${outcome.code} ${outcome.message}`;
    this.#known.set(key, failure);
    for (const oldest of this.#known.keys()) if (this.#known.size > MAX_KNOWN) this.#known.delete(oldest);
    return failure !== before;
  }
}
