// Which services wait for which, by the stored documents. Each is read once: what a hash names never changes.
// Tested in test/agent/whole/findings.test.ts.
import type { Status } from '../../protocol/reports/status.ts';
import type { Facts } from '../findings/facts.ts';
import { revisionOf } from '../model/document/revision.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { Documents } from '../ports/store.ts';

type Needs = Facts['needs'][string];

/** Two for each deployment that a device may have. */
const MAX_KEPT = 128;
const NONE: Needs = {};

export class NeedsReader {
  readonly #store: Pick<Documents, 'documentBody'>;
  readonly #kept = new Map<string, Needs>();

  constructor(store: Pick<Documents, 'documentBody'>) {
    this.#store = store;
  }

  /** By deployment, of what is asked of it. Of one whose document is not at hand nothing is known. */
  read(statuses: readonly Status[]): Facts['needs'] {
    return Object.fromEntries(
      statuses.map(({ deployment, desired }) => [
        deployment,
        desired === null ? NONE : this.#of(desired.hash),
      ]),
    );
  }

  #of(hash: string): Needs {
    const known = this.#kept.get(hash);
    if (known !== undefined) return known;
    const body = this.#store.documentBody(hash);
    if (body === null) return NONE;
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    const document = revisionOf(hash, body)?.document;
    const needs = document?.state === 'present' ? needsIn(document.services) : NONE;
    this.#kept.set(hash, needs);
    return needs;
  }
}

function needsIn(services: readonly ServiceSpec[]): Needs {
  const rows = services.map(({ name, service, joins }): [string, string[]] => [
    name,
    [...new Set([...service.dependsOn.map((dependency) => dependency.service), ...joins])],
  ]);
  return Object.fromEntries(rows.filter(([, needed]) => needed.length > 0));
}
