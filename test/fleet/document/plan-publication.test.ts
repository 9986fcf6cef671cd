import { describe, expect, test } from 'vitest';
import { type PublicationRequest, planPublication } from '../../../fleet/document/plan-publication.ts';
import { contentHash } from '../../../protocol/values/canonical-json.ts';

const issuedAt = new Date('2026-11-22T10:00:00Z');
const content = { name: 'a', services: { s: { image: 'i:1' } } };

function plan(request: Partial<PublicationRequest>) {
  const result = planPublication({ content, retained: null, taken: [], issuedAt, ...request });
  if (!result.ok) throw new Error(result.failure.message);
  return result.publication;
}
/** What is retained after the request was published. */
const published = (request: Partial<PublicationRequest>) => plan(request).value;

const taken = (revision: number, of: string) => ({ device: 'edge-01', revision, content: of });

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
    [
      'rises above what a device has taken of a topic that a broker has lost',
      { taken: [taken(13, `sha256:${'0'.repeat(64)}`)] },
      14,
      false,
    ],
    [
      'rises above a number that a device was sent before',
      { retained: first, taken: [taken(3, 'unknown')], content: { ...content, networks: { n: {} } } },
      4,
      false,
    ],
    [
      'stays when devices have just that',
      { retained: first, taken: [taken(1, contentHash(first))] },
      1,
      true,
    ],
    [
      'stays when devices refuse it for another reason',
      { retained: first, taken: [taken(1, 'unknown')] },
      1,
      true,
    ],
    [
      'rises when a device has other content under it',
      { retained: first, taken: [taken(1, 'sha256:x')] },
      2,
      false,
    ],
    [
      'rises when a device refuses it for its number',
      { retained: first, taken: [taken(1, 'other')] },
      2,
      false,
    ],
    ['rises when a device is further', { retained: first, taken: [taken(5, 'sha256:x')] }, 6, false],
    ['rises from a document that is not understood', { retained: { revision: 3, future: true } }, 4, false],
  ])('%s', (_name, request, revision, isUnchanged) => {
    expect(plan(request)).toMatchObject({ revision, isUnchanged });
  });

  const first9 = { ...first, revision: 9 };
  test.each<[string, Partial<PublicationRequest>, string]>([
    ['lower than what is retained', { retained: first9, revision: 8 }, 'revision 9 is published already'],
    [
      'the same as what is retained, for other content',
      { retained: first9, revision: 9, content: { ...content, networks: { n: {} } } },
      'revision 9 is published already',
    ],
    [
      'lower than what a device has',
      { taken: [taken(13, 'sha256:x')], revision: 2 },
      'edge-01 knows revision 13 already',
    ],
    [
      'that of what a device has',
      { taken: [taken(13, 'sha256:x')], revision: 13 },
      'edge-01 knows revision 13 already',
    ],
    [
      'one in a ready document that is taken',
      { retained: first9, content: { ...content, revision: 5, networks: {} } },
      'revision 9 is published',
    ],
  ])('that is %s is refused', (_name, request, message) => {
    const result = planPublication({ content, retained: null, taken: [], issuedAt, ...request });
    expect(result).toMatchObject({
      ok: false,
      failure: {
        code: 'revision_taken',
        message: expect.stringContaining(message),
        hint: expect.stringMatching(/^leave the number out, and it becomes 1\d$/),
      },
    });
  });

  test('must be given when what is retained has none that can be read', () => {
    const retained = { payload: 'signed' };
    expect(planPublication({ content, retained, taken: [], issuedAt })).toMatchObject({
      ok: false,
      failure: { hint: expect.stringContaining('--revision') },
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
  const bad = { name: 'a', state: 'absent', purge: ['no name'] };
  expect(planPublication({ content: bad, retained: null, taken: [], issuedAt })).toMatchObject({ ok: false });
});
