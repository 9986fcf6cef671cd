// Stored documents made ready for the planner, each parsed once: a round comes at every event, and what a hash names
// never changes.
// Tested in test/agent/whole/deployment-loop.test.ts.

import { revisionOf } from '../model/document/revision.ts';
import type { Revision } from '../model/revision.ts';

/** For one deployment: the desired, the proven and the device's own one, and room for what has just been superseded. */
const MAX_REVISIONS = 4;

export class RevisionCache {
  readonly #revisions = new Map<string, Revision | null>();
  readonly #max: number;

  constructor(max = MAX_REVISIONS) {
    this.#max = max;
  }

  /** As `revisionOf`; asks for the body where the revision is not known yet. `null` also when there is no body. */
  read(hash: string, readBody: () => string | null): Revision | null {
    const known = this.#revisions.get(hash);
    if (known !== undefined) return known;
    const body = readBody();
    if (body === null) return null;
    if (this.#revisions.size >= this.#max) this.#revisions.clear();
    const revision = revisionOf(hash, body);
    this.#revisions.set(hash, revision);
    return revision;
  }
}
