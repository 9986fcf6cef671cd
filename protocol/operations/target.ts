// NAME on a command line and in a command's arguments: which deployments and services there are is for the agent to say.
// Tested in test/protocol/operations/operations.test.ts.
import * as v from 'valibot';
import { nameSchema } from '../values/names.ts';
import type { Argument } from './operation.ts';

/** `DEPLOYMENT`, `SERVICE` or `DEPLOYMENT/SERVICE`. */
export const targetSchema = v.pipe(
  v.string(),
  v.regex(/^[a-zA-Z0-9][\w.-]{0,127}(?:\/[a-zA-Z0-9][\w.-]{0,127})?$/),
);

/** `DEPLOYMENT`, or `DEPLOYMENT/SERVICE` for the deployment of that service. */
export const deploymentTargetSchema = v.union([
  nameSchema,
  v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9_-]{0,62}\/[a-zA-Z0-9][\w.-]{0,127}$/)),
]);

/** A deployment or a service. */
export const targetArgument = {
  ...{ schema: targetSchema, expected: 'a name', called: 'name of a deployment or service' },
  placeholder: 'NAME',
} as const satisfies Argument;

/** A service; its deployment stands before it where its own name is not enough. */
export const serviceArgument = {
  ...{ schema: targetSchema, expected: 'a service name', called: 'service name' },
  placeholder: 'SERVICE',
} as const satisfies Argument;
