import { expect, test } from 'vitest';
import { offerEcho, offerPlain } from '../../fakes/operations.ts';

const { signal } = new AbortController();

test('an operation gets its arguments parsed', async () => {
  const outcome = await offerEcho().ask({ deployment: 'line', line: 'a', times: '2' }, signal);
  expect(outcome).toEqual({ kind: 'done', answer: 'line: a a' });
});

test('nothing is carried out with an argument that is faulty', async () => {
  expect(await offerEcho().ask({ deployment: '../line', line: 'a' }, signal)).toEqual({
    kind: 'invalid',
    faults: [{ path: 'deployment', message: 'a name' }],
  });
});

test('an operation begins before the call returns, and hears of its end', () => {
  const ending = new AbortController();
  const heard: AbortSignal[] = [];
  const answered = offerPlain(async (_, given) => {
    heard.push(given);
    return { kind: 'done', answer: null };
  }).ask({}, ending.signal);
  expect(heard).toEqual([ending.signal]);
  return answered;
});
