// From JSON value to a deployment that can be relied on: shape, references, content hash.
import { contentHash } from './canonical-json.ts';
import { type Deployment, deploymentSchema } from './deployment.ts';
import { checkDeployment } from './deployment-checks.ts';
import { type Parsed, parseWith } from './faults.ts';

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
