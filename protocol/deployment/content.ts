// What a document asks, whatever its revision and time: whether two ask the same, and the salt of a roll-out that has none.
// Tested in test/fleet/document/plan-publication.test.ts.
import { canonicalJson } from '../values/canonical-json.ts';

type Content = Readonly<Record<string, unknown>>;

/** Whether both ask the same of the device. */
export function isSameContent(one: Content, other: Content): boolean {
  return canonicalJson(bareContent(one)) === canonicalJson(bareContent(other));
}

function bareContent(document: Content): Content {
  const { revision: _revision, issued_at: _issuedAt, schema: _schema, ...rest } = document;
  return { state: 'present', ...rest };
}

/**
 * The salt decides which devices come first. It stays while only the percentage changes, so that those of 1 %
 * are among those of 10 %; other content gets a new one, so that not always the same devices come first. Of content that
 * has no roll-out nothing is changed.
 */
export function withSalt(content: Content, before: Content | null, fresh: string): Content {
  const { rollout, ...rest } = content;
  if (!isObject(rollout)) return content;
  const kept =
    before !== null && isSameContent(rest, withoutRollout(before)) ? saltOf(before.rollout) : undefined;
  const salt = saltOf(rollout) ?? kept ?? fresh;
  return { ...rest, rollout: { ...rollout, salt } };
}

function withoutRollout({ rollout: _rollout, ...rest }: Content): Content {
  return rest;
}

function saltOf(rollout: unknown): string | undefined {
  const salt = isObject(rollout) ? rollout.salt : undefined;
  return typeof salt === 'string' ? salt : undefined;
}

function isObject(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
