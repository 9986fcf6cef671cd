// Tested in test/agent/whole/plan.test.ts.
import { type PlanAnswer, plan } from '../../protocol/operations/plan.ts';
import { type Offer, offer } from './offer.ts';

export interface PlanSources {
  readonly planner: {
    plan(
      asked: { readonly document: string; readonly source: string },
      signal: AbortSignal,
    ): Promise<PlanAnswer>;
  };
}

export function offerPlan({ planner }: PlanSources): Offer<PlanAnswer> {
  return offer(plan, async ({ document, to = 'device' }, signal) => ({
    kind: 'done',
    answer: await planner.plan({ document, source: to }, signal),
  }));
}
