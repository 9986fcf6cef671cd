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

/** Parses one deployment document: the shape first, then what no JSON Schema can say. */
export function parseDeployment(value: unknown): Parsed<HashedDeployment> {
  const parsed = parseWith(deploymentSchema, value);
  if (!parsed.ok) return parsed;
  const faults = checkDeployment(parsed.value);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, value: { document: parsed.value, hash: contentHash(value) } };
}
