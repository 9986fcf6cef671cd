// The way in of documents, for what needs no more of it than that it works.
import { DocumentIntake, type DocumentIntakeOptions } from '../../agent/intake/document-intake.ts';
import type { Documents } from '../../agent/ports/store.ts';
import { silent } from './silent-logger.ts';

export function documentsInto(
  store: Documents,
  { loops, reports }: Partial<Pick<DocumentIntakeOptions, 'loops' | 'reports'>> = {},
): DocumentIntake {
  return new DocumentIntake({
    ...{ store, logger: silent },
    loops: loops ?? { follow: () => undefined },
    reports: reports ?? { addEvents: () => undefined },
  });
}
