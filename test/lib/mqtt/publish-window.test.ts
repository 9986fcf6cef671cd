import { beforeEach, expect, test } from 'vitest';
import { type BrokerAnswer, GRANTED, UNANSWERED } from '../../../lib/mqtt/answer.ts';
import { PublishWindow, STALL_MS } from '../../../lib/mqtt/publish-window.ts';
import { loudTasks } from '../../fakes/loud-tasks.ts';
import { clockBesideSockets, type VirtualClock } from '../../fakes/virtual-clock.ts';

const REFUSED: BrokerAnswer = { ok: false, error: new Error('Not authorized') };

let clock: VirtualClock;
let sent: { message: number; settle: (answer: BrokerAnswer) => void }[];
let stalls: number;
let window: PublishWindow<number>;
beforeEach(() => {
  clock = clockBesideSockets();
  sent = [];
  stalls = 0;
  window = new PublishWindow({
    limit: () => 2,
    ...{ clock, tasks: loudTasks },
    send: (message, settle) => sent.push({ message, settle }),
    onStall: () => {
      stalls += 1;
    },
  });
});

const messagesSent = (): number[] => sent.map(({ message }) => message);

test('no more than the limit is under way, and the rest follows in order', async () => {
  const results = [1, 2, 3, 4].map((message) => window.publish(message));
  expect(messagesSent()).toEqual([1, 2]);
  sent[1]?.settle(REFUSED);
  expect(messagesSent()).toEqual([1, 2, 3]);
  sent[0]?.settle(GRANTED);
  sent[2]?.settle(GRANTED);
  sent[3]?.settle(GRANTED);
  expect(await Promise.all(results)).toEqual([GRANTED, REFUSED, GRANTED, GRANTED]);
});

test('a message past 64 waiting ones is turned away at once', async () => {
  const results = Array.from({ length: 2 + 64 }, (_, message) => window.publish(message));
  expect(await window.publish(99)).toMatchObject({
    ok: false,
    error: { message: '64 messages wait already' },
  });
  window.close();
  expect(new Set(await Promise.all(results))).toEqual(new Set([UNANSWERED]));
});

test('close settles what is under way, what waits and what comes later, and sends nothing more', async () => {
  const results = [1, 2, 3].map((message) => window.publish(message));
  window.close();
  expect(await Promise.all(results)).toEqual([UNANSWERED, UNANSWERED, UNANSWERED]);
  sent[0]?.settle(GRANTED);
  expect(await window.publish(4)).toBe(UNANSWERED);
  expect(messagesSent()).toEqual([1, 2]);
  expect(clock.pendingCount).toBe(0);
});

test('a last message takes the place of all that waits, and stays within the limit', async () => {
  const results = [1, 2, 3].map((message) => window.publish(message));
  const last = window.publishLast(4);
  expect(await results[2]).toBe(UNANSWERED);
  expect(messagesSent()).toEqual([1, 2]);
  sent[0]?.settle(GRANTED);
  expect(messagesSent()).toEqual([1, 2, 4]);
  sent[2]?.settle(GRANTED);
  expect(await last).toBe(GRANTED);
});

test('an acknowledgement that comes twice counts once', async () => {
  void window.publish(1);
  void window.publish(2);
  void window.publish(3);
  void window.publish(4);
  sent[0]?.settle(GRANTED);
  sent[0]?.settle(GRANTED);
  expect(messagesSent()).toEqual([1, 2, 3]);
});

test('two minutes without any acknowledgement is a stall', async () => {
  void window.publish(1);
  await clock.advance(STALL_MS - 1);
  expect(stalls).toBe(0);
  await clock.advance(1);
  expect(stalls).toBe(1);
});

test('slow progress is none', async () => {
  for (const message of [1, 2, 3, 4]) void window.publish(message);
  for (const index of [0, 1, 2, 3]) {
    await clock.advance(STALL_MS - 1);
    sent[index]?.settle(GRANTED);
  }
  await clock.advance(STALL_MS * 2);
  expect(stalls).toBe(0);
});

test('an idle hour before a message does not count against it', async () => {
  void window.publish(1);
  sent[0]?.settle(GRANTED);
  await clock.advance(3_600_000);
  void window.publish(2);
  await clock.advance(STALL_MS - 1);
  expect(stalls).toBe(0);
  await clock.advance(1);
  expect(stalls).toBe(1);
});
