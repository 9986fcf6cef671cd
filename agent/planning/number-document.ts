// The revision of a document that has none: what a manager's command would give it.
// Tested in test/agent/whole/plan.test.ts.
import { parseJsonText } from '../../protocol/payload.ts';
import { canonicalJson } from '../../protocol/values/canonical-json.ts';
import type { AcceptedRevision } from '../ports/store.ts';

type Value = Readonly<Record<string, unknown>>;

/** With its own revision where it has one. Else that of what was accepted last, where it asks the same, or the next after it. */
export function numberDocument(
  document: Value,
  accepted: Pick<AcceptedRevision, 'revision' | 'hash'> | null,
  readBody: (hash: string) => string | null,
): Value {
  if (document.revision !== undefined) return document;
  const last = accepted === null ? null : valueIn(readBody(accepted.hash));
  if (last !== null && canonicalJson(contentIn(last)) === canonicalJson(contentIn(document))) return last;
  return { ...document, revision: (accepted?.revision ?? 0) + 1 };
}

function contentIn({ revision: _revision, issued_at: _issuedAt, schema: _schema, ...rest }: Value): Value {
  return { state: 'present', ...rest };
}

function valueIn(body: string | null): Value | null {
  const value = body === null ? null : parseJsonText(body);
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null;
}
