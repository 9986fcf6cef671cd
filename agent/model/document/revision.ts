// A stored document made ready for the planner: the one place at which what crosses the wire becomes values.
import type { Deployment } from '../../../protocol/deployment/deployment.ts';
import { parseStoredDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { parseJsonText } from '../../../protocol/payload.ts';
import { contentHash } from '../../../protocol/values/canonical-json.ts';
import type { Revision } from '../revision.ts';
import { desiredOf } from './desired.ts';
import { NoValue } from './values.ts';

/**
 * Reads a document that was accepted before; `null` when its shape is none that this agent knows, or a text in it is no
 * value. Bounds judge what arrives: what is stored runs, and is the way back. Its content keeps the name that it had.
 */
export function revisionOf(hash: string, body: string): Revision | null {
  const stored = parseStoredDeployment(parseJsonText(body));
  if (stored === null) return null;
  try {
    return { revision: stored.revision, hash, content: contentOf(stored), document: desiredOf(stored) };
  } catch (error) {
    if (error instanceof NoValue) return null;
    throw error;
  }
}

/** Hash of what a document asks, without what only numbers, dates or addresses it. */
export function contentOf(document: Deployment): string {
  const { revision: _revision, issued_at: _issuedAt, rollout: _rollout, ...rest } = document;
  return contentHash(rest);
}
