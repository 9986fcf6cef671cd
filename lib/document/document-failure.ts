// Why no document comes of what was given. Expected outcomes, so values: the library knows no exit code.
// Tested in test/lib/document/load-file.test.ts.
import type { PlacedFault } from '../compose/read-compose.ts';

export interface DocumentFailure {
  /** A stable word for programs, e.g. `invalid_file`. */
  readonly code:
    | 'file_unreadable'
    | 'env_file_unreadable'
    | 'usage'
    | 'invalid_file'
    | 'invalid_document'
    | 'unreadable_revision'
    | 'revision_taken'
    | 'too_large';
  readonly message: string;
  /** What whoever gave it can do about it. */
  readonly hint?: string | undefined;
  /** Of an invalid file: where what is wrong. */
  readonly faulty?: { readonly file: string; readonly faults: readonly PlacedFault[] } | undefined;
}

export interface Failed {
  readonly ok: false;
  readonly failure: DocumentFailure;
}

export function failed(failure: DocumentFailure): Failed {
  return { ok: false, failure };
}
