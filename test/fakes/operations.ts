// Operations that no agent has, for what the present ones do not do: arguments of all kinds, a stream, a failure, an end.
import * as v from 'valibot';
import { type CarryOut, type Offer, offer } from '../../agent/operations/offer.ts';
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

/** The same, asked for with a GET. */
export const read = {
  ...{ ...echo, name: 'read' },
  askedBy: { broker: true, socket: { method: 'GET', path: '/v1/deployments/{deployment}/echo' } },
} as const satisfies Operation;

/** With no argument. */
export const plain = {
  ...{ name: 'plain', summary: 'do it', args: {}, answer: v.unknown() },
  askedBy: { broker: true, socket: { method: 'GET', path: '/v1/plain' } },
} as const satisfies Operation;

export const offerEcho = (operation: typeof echo | typeof read = echo): Offer<string> =>
  offer<Operation<string> & Pick<typeof echo, 'args'>>(
    operation,
    async ({ deployment, line, times = 1 }) => ({
      kind: 'done',
      answer: `${deployment}: ${Array.from({ length: times }, () => line).join(' ')}`,
    }),
  );

export const offerPlain = (carryOut: CarryOut<typeof plain>): Offer => offer(plain, carryOut);
