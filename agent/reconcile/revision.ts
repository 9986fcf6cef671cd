// A stored document made ready for the planner.
import { contentHash } from '../../protocol/canonical-json.ts';
import type { Deployment } from '../../protocol/deployment.ts';
import { parseDeployment } from '../../protocol/parse-deployment.ts';
import type { Revision } from './situation.ts';

/**
 * Parses a document that was accepted before; `null` when it is no longer valid, which a stricter agent could
 * find of one that an older agent stored.
 */
export function revisionOf(hash: string, body: string): Revision | null {
  const parsed = parseDeployment(JSON.parse(body));
  if (!parsed.ok) return null;
  const { document } = parsed.value;
  return { revision: document.revision, hash, content: contentOf(document), document };
}

/** Hash of what a document asks, without what only numbers, dates or addresses it. */
export function contentOf(document: Deployment): string {
  const { revision: _revision, issued_at: _issuedAt, rollout: _rollout, ...rest } = document;
  return contentHash(rest);
}
