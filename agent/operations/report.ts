import { report } from '../../protocol/operations/report.ts';
import { type Offer, offer } from './offer.ts';

/** `reportAll` marks all as to be told anew; it does not wait until it is. */
export function offerReport(reporter: { reportAll(): void }): Offer<null> {
  return offer(report, async () => {
    reporter.reportAll();
    return { kind: 'done', answer: null };
  });
}
