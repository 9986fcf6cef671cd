// What a stage of an update comes to.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { Decision } from '../../model/decision.ts';

/** The decision, where the stage lasts; else what the same look goes on with: the record in its next stage, say. */
export type Progress<Next> =
  | { readonly kind: 'lasts'; readonly decision: Decision }
  | { readonly kind: 'over'; readonly next: Next };

export function lasts<Next>(decision: Decision): Progress<Next> {
  return { kind: 'lasts', decision };
}

export function over<Next>(next: Next): Progress<Next> {
  return { kind: 'over', next };
}
