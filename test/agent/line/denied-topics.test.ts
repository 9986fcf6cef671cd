import { expect, test } from 'vitest';
import { DeniedTopics, MAX_DENIED_TOPICS } from '../../../agent/line/denied-topics.ts';
import { clockBesideSockets } from '../../fakes/virtual-clock.ts';

const ALMOST_ONE = (): number => 0.9999;

test('a topic is held back for longer each time, ten minutes at most', async () => {
  const clock = clockBesideSockets();
  const denied = new DeniedTopics(clock, ALMOST_ONE);
  const holds: number[] = [];
  for (let denial = 0; denial < 6; denial += 1) {
    denied.note('a/state');
    const sinceMs = clock.monotonicMs();
    while (denied.isHeldBack('a/state')) await clock.advance(1000);
    holds.push((clock.monotonicMs() - sinceMs) / 60_000);
  }
  expect(holds).toEqual([1, 2, 4, 8, 10, 10]);
});

test('only what was denied is held back, and no more once it was taken', () => {
  const denied = new DeniedTopics(clockBesideSockets(), ALMOST_ONE);
  denied.note('a/state');
  expect([denied.isHeldBack('a/state'), denied.isHeldBack('a/events')]).toEqual([true, false]);
  denied.forget('a/state');
  expect([denied.isHeldBack('a/state'), denied.topics()]).toEqual([false, []]);
});

test('of very many only the newest are remembered', () => {
  const denied = new DeniedTopics(clockBesideSockets(), ALMOST_ONE);
  for (let index = 0; index < 1000; index += 1) denied.note(`a/status/${index}`);
  expect(denied.topics()).toHaveLength(MAX_DENIED_TOPICS);
  expect(denied.topics().at(-1)).toBe('a/status/999');
});
