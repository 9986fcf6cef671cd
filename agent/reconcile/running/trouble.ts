// Why services do not do what was asked, as reasons.
// Tested in test/agent/reconcile/running/obstacles.test.ts.

import type { ServiceView } from '../../model/decision.ts';
import { inLoopWords } from '../../model/failure-row.ts';
import type { Reason } from '../../model/reason.ts';
import { reasonOfImage } from './images.ts';
import { withLastWords } from './last-words.ts';

/** Why a service does not do what was asked, as far as it is known; `null` while it merely starts. */
export function troubleOf(view: ServiceView): Reason | null {
  const { image } = view;
  if (view.needsContainer && image.kind === 'failed') return reasonOfImage(view, image);
  if (view.plight !== 'failing') return null;
  const path = `services.${view.spec.name}`;
  return lastFailureOf(view) ?? { code: 'unhealthy', message: 'unhealthy', ...view.verdict.why, path };
}

/** As `troubleOf`, with how often it has failed, and its last words. */
export function lastingTroubleOf(view: ServiceView): Reason | null {
  const trouble = troubleOf(view);
  const { history } = view;
  if (trouble === null || trouble.code !== history.lastFailure?.code) return trouble;
  const message = inLoopWords(trouble.message, history);
  return withLastWords({ ...trouble, message }, view);
}

/** `null` where it has not failed. */
export function lastFailureOf({ spec, history }: ServiceView): Reason | null {
  const failure = history.lastFailure;
  if (failure === null) return null;
  const { code, message, hint } = failure;
  return { code, path: `services.${spec.name}`, message, ...(hint === undefined ? {} : { hint }) };
}
