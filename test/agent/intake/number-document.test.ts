import { expect, test } from 'vitest';
import { numberDocument } from '../../../agent/intake/number-document.ts';
import { deployment } from '../../fakes/deployments.ts';

const NOW = new Date('2026-11-29T10:00:00Z');
const { revision: _, ...CONTENT } = deployment({ revision: 1, services: { app: { image: 'app:1' } } });

function number(content: unknown, accepted: object | null = null): unknown {
  const before =
    accepted === null ? null : { revision: Number(Object(accepted).revision), body: bodyOf(accepted) };
  return JSON.parse(numberDocument(Buffer.from(bodyOf(content)), { accepted: before, now: NOW }).toString());
}

function bodyOf(value: unknown): string {
  return JSON.stringify(value);
}

test('the first has revision 1, and the time', () => {
  expect(number(CONTENT)).toEqual({ ...CONTENT, revision: 1, issued_at: NOW.toISOString() });
});

test('other content has the next revision', () => {
  const before = deployment({ revision: 7 });
  expect(number(CONTENT, before)).toMatchObject({ revision: 8, services: CONTENT.services });
});

test('the same content is what was accepted, to the byte', () => {
  const before = { issued_at: '2026-11-01T00:00:00Z', ...CONTENT, revision: 7 };
  expect(number(CONTENT, before)).toEqual(before);
});

test('a roll-out with no salt keeps that of the same content, and has a new one with other content', () => {
  const before = { ...CONTENT, revision: 7, rollout: { percent: 10, salt: 'old' } };
  expect(number({ ...CONTENT, rollout: { percent: 100 } }, before)).toMatchObject({
    revision: 8,
    rollout: { percent: 100, salt: 'old' },
  });
  expect(number({ ...CONTENT, services: {}, rollout: { percent: 10 } }, before)).toMatchObject({
    rollout: { percent: 10, salt: 'line-8' },
  });
});

test('one that says its revision is left to the byte, be it as it may', () => {
  const text = `{ "revision":  "x", "name": 3 }`;
  expect(numberDocument(Buffer.from(text), { accepted: null, now: NOW }).toString()).toBe(text);
});

test.each(['', '{', '[]', 'null', '7'])('%j is left for the judgement to refuse', (text) => {
  expect(numberDocument(Buffer.from(text), { accepted: null, now: NOW }).toString()).toBe(text);
});
