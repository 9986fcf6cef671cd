// Tested in test/agent/operations/apply.test.ts.
import * as v from 'valibot';
import { hashSchema, revisionSchema } from '../fields.ts';
import { nameSchema } from '../values/names.ts';
import { documentArgument } from './document-argument.ts';
import type { Operation } from './operation.ts';

const appliedSchema = v.object({
  deployment: nameSchema,
  /** Of the device's own document, which counts now. */
  revision: revisionSchema,
  hash: hashSchema,
  /** `false`: it asks what was accepted before, and nothing changes. */
  is_new: v.boolean(),
  /** The device's own document that it takes the place of, and who had brought that. */
  replaces: v.nullable(v.object({ revision: v.number(), origin: v.picklist(['fleet', 'local']) })),
  /** The group whose document stands behind it: `groups/NAME`. */
  hides: v.nullable(v.string()),
});

export type Applied = v.InferOutput<typeof appliedSchema>;

/**
 * Takes a document from a file as the device's own, with the same checks as one from the fleet. It has the next revision
 * where it says none. Only asked for on the device: over MQTT a document has a topic.
 */
export const apply = {
  name: 'apply',
  summary: 'deploy a document from a file, as the device’s own',
  args: {
    document: documentArgument,
  },
  answer: appliedSchema,
  askedBy: { broker: false, socket: { method: 'POST', path: '/v1/documents' } },
} as const satisfies Operation;
