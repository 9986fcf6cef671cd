import { type CheckAnswer, check } from '../../protocol/operations/check.ts';
import type { Checks } from '../ports/checks.ts';
import type { LineStatus } from '../ports/line.ts';
import { type Offer, offer } from './offer.ts';
import { countFollowed, type WhySources } from './why.ts';

export interface CheckSources {
  readonly checks: Checks;
  readonly broker: { status(): LineStatus };
  readonly diagnosis: WhySources;
}

export function offerCheck({ checks, broker, diagnosis }: CheckSources): Offer<CheckAnswer> {
  return offer(check, async (_, signal) => {
    const checked = await checks.run({ broker: broker.status() }, signal);
    const { findings, folded, statuses, at } = diagnosis.find();
    const found = { findings: [...findings], folded: [...folded], ...countFollowed(statuses), at };
    return { kind: 'done', answer: { checks: [...checked], ...found } };
  });
}
