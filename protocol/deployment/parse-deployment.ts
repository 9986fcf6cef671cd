// From JSON value to a deployment that can be relied on: shape, references, content hash.
// Tested in test/protocol/deployment/deployment-faults.test.ts.
import * as v from 'valibot';
import { type Parsed, parseWith } from '../faults.ts';
import { contentHash } from '../values/canonical-json.ts';
import { type Deployment, deploymentSchema } from './deployment.ts';
import { checkDeployment } from './deployment-checks.ts';

/** A document with the hash of what was sent (not of what the defaults made of it). */
export interface HashedDeployment {
  readonly document: Deployment;
  readonly hash: string;
}

/** Parses one deployment document: its shape, and what no JSON Schema can say. Lists all faults of both. */
export function parseDeployment(value: unknown): Parsed<HashedDeployment> {
  const parsed = parseWith(deploymentSchema, value, checkDeployment);
  if (!parsed.ok) return parsed;
  return { ok: true, value: { document: parsed.value, hash: contentHash(value) } };
}

/**
 * A document that was accepted before, perhaps by an older agent that let more pass: held against the shape alone, not
 * against patterns, ranges and references. `null` where its shape is another one.
 */
export function parseStoredDeployment(value: unknown): Deployment | null {
  const result = v.safeParse(deploymentSchema, value);
  const isOfShape = (result.issues ?? []).every(({ kind }) => kind === 'validation');
  return result.typed && isOfShape ? result.output : null;
}
