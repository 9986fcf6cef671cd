// What a stage of an update comes to.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { Decision } from '../../model/decision.ts';
import type { Updating } from './attempt.ts';

/** The decision, where the stage lasts; else the record in its next stage, with which the same look goes on. */
export type Progress =
  | { readonly kind: 'lasts'; readonly decision: Decision }
  | { readonly kind: 'over'; readonly record: Updating };

export function lasts(decision: Decision): Progress {
  return { kind: 'lasts', decision };
}

export function over(record: Updating): Progress {
  return { kind: 'over', record };
}
