// A document as an argument: its text, so that what is judged is what was written, to the byte.
// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { MAX_RETAINED_BYTES } from '../payload.ts';
import type { Argument } from './operation.ts';

export const documentArgument = {
  schema: v.pipe(v.string(), v.maxLength(2 * MAX_RETAINED_BYTES)),
  ...{ expected: 'the text of a document', called: 'document', placeholder: 'FILE' },
} as const satisfies Argument;
