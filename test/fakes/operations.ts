// Operations that no agent has, for what the present ones do not do: arguments of all kinds.
import * as v from 'valibot';
import type { Operation } from '../../protocol/operations/operation.ts';
import { nameSchema } from '../../protocol/values/names.ts';

/** With an argument in the path, and two others, one of which may be left out. */
export const echo = {
  name: 'echo',
  summary: 'say a line again',
  args: {
    deployment: {
      ...{ schema: nameSchema, expected: 'a name', called: 'deployment name' },
      placeholder: 'DEPLOYMENT',
    },
    line: { schema: v.string(), expected: 'a text', called: 'text', placeholder: 'LINE' },
    times: {
      schema: v.optional(v.pipe(v.union([v.string(), v.number()]), v.toNumber(), v.minValue(1))),
      ...{ expected: 'a number from 1', called: 'number', placeholder: 'N', option: 'how often' },
    },
  },
  answer: v.string(),
  askedBy: { broker: true, socket: { method: 'POST', path: '/v1/deployments/{deployment}/echo' } },
} as const satisfies Operation;
