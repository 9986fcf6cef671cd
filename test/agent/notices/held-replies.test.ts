import { expect, test } from 'vitest';
import { HeldReplies } from '../../../agent/notices/held-replies.ts';
import type { Reply } from '../../../protocol/operations/command.ts';

const reply = (id: string, answer?: string): Reply => ({
  ...{ schema: 'holdfast.reply/1', id, status: 'succeeded', ...(answer === undefined ? {} : { answer }) },
});

test('what is held is told in place of what is stored, until it is dropped', () => {
  const held = new HeldReplies();
  held.hold(reply('a', 'text'));
  expect(held.inPlaceOf(reply('a'))).toEqual(reply('a', 'text'));
  expect(held.inPlaceOf(reply('b'))).toEqual(reply('b'));
  held.drop('a');
  expect(held.inPlaceOf(reply('a'))).toEqual(reply('a'));
});

test('of more than a MiB the oldest are lost', () => {
  const held = new HeldReplies();
  for (let number = 0; number < 30; number += 1) held.hold(reply(`c${number}`, 'x'.repeat(100_000)));
  const kept = Array.from({ length: 30 }, (_, number) => held.inPlaceOf(reply(`c${number}`)));
  expect(kept.map(({ answer }) => answer !== undefined).lastIndexOf(false)).toBe(19);
});
