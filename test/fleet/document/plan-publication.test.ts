import { describe, expect, test } from 'vitest';
import { type PublicationRequest, planPublication } from '../../../fleet/document/plan-publication.ts';
import { contentHash } from '../../../protocol/canonical-json.ts';

const issuedAt = new Date('2026-11-22T10:00:00Z');
const content = { name: 'a', services: { s: { image: 'i:1' } } };

function plan(request: Partial<PublicationRequest>) {
  const result = planPublication({ content, retained: null, issuedAt, ...request });
  if (!result.ok) throw new Error(result.message);
  return result.publication;
}
/** What is retained after the request was published. */
const published = (request: Partial<PublicationRequest>) => plan(request).value;

describe('the revision', () => {
  const first = published({});
  test.each<[string, Partial<PublicationRequest>, number, boolean]>([
    ['is 1 where nothing is retained', {}, 1, false],
    ['stays when the content is the same', { retained: first }, 1, true],
    ['rises when it is not', { retained: first, content: { ...content, networks: { n: {} } } }, 2, false],
    ['rises by one from what is retained', { retained: { ...first, revision: 41, name: 'b' } }, 42, false],
    ['is the one that is asked for', { retained: first, revision: 9 }, 9, false],
    ['may be asked for as it is', { retained: first, revision: 1 }, 1, true],
    ['may come with a ready document', { retained: first, content: { ...content, revision: 5 } }, 5, false],
    ['rises when a roll-out begins', { retained: first, percent: 10 }, 2, false],
    ['rises when a roll-out ends', { retained: published({ percent: 10 }) }, 2, false],
    ['rises with the percentage', { retained: published({ percent: 10 }), percent: 20 }, 2, false],
    ['stays with the same percentage', { retained: published({ percent: 10 }), percent: 10 }, 1, true],
    ['rises for a removal', { retained: first, content: { name: 'a', state: 'absent' } }, 2, false],
    ['rises from a document that is not understood', { retained: { revision: 3, future: true } }, 4, false],
  ])('%s', (_name, request, revision, isUnchanged) => {
    expect(plan(request)).toMatchObject({ revision, isUnchanged });
  });

  test('must be given when what is retained has none that can be read', () => {
    const retained = { payload: 'signed' };
    expect(planPublication({ content, retained, issuedAt })).toMatchObject({
      ok: false,
      message: expect.stringContaining('--revision'),
    });
    expect(plan({ retained, revision: 2 }).revision).toBe(2);
  });
});

test('the hash is that of exactly what is published', () => {
  const { value, hash } = plan({});
  expect(hash).toBe(contentHash(JSON.parse(JSON.stringify(value))));
});

test('the hash of an unchanged document is that of what is retained, with its time', () => {
  const retained = { ...published({}), issued_at: '2020-01-01T00:00:00Z' };
  expect(plan({ retained }).hash).toBe(contentHash(retained));
});

describe("a roll-out's salt", () => {
  const rolloutOf = (request: Partial<PublicationRequest>) => plan(request).document.rollout;
  test('is made of name and revision', () => {
    expect(rolloutOf({ percent: 5 })).toEqual({ percent: 5, salt: 'a-1' });
  });
  test('stays while only the percentage changes, so that 1 % are among the 10 %', () => {
    expect(rolloutOf({ percent: 10, retained: published({ percent: 1 }) })).toEqual({
      percent: 10,
      salt: 'a-1',
    });
  });
  test('changes with the content, so that not always the same come first', () => {
    const changed = { ...content, services: { s: { image: 'i:2' } } };
    const retained = published({ percent: 1 });
    expect(rolloutOf({ percent: 10, retained, content: changed })).toEqual({ percent: 10, salt: 'a-2' });
  });
  test("is the file's where it has one", () => {
    const salted = { ...content, rollout: { percent: 5, salt: 'mine' } };
    expect(rolloutOf({ content: salted, percent: 50 })).toEqual({ percent: 50, salt: 'mine' });
  });
});

test('what would not be valid is not published', () => {
  const bad = { name: 'a', state: 'absent', purge: ['No'] };
  expect(planPublication({ content: bad, retained: null, issuedAt })).toMatchObject({ ok: false });
});
