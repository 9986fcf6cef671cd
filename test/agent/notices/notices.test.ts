import { expect, test } from 'vitest';
import { Notices } from '../../../agent/notices/notices.ts';
import { loudNotices } from '../../fakes/loud-notices.ts';

test('who subscribes hears its kind alone, before publish returns, in the order of their beginning', () => {
  const heard: string[] = [];
  const notices = loudNotices();
  notices.subscribe('look_due', ({ deployment }) => heard.push(`first ${deployment}`));
  notices.subscribe('look_due', ({ deployment }) => heard.push(`second ${deployment}`));
  notices.subscribe('command_answered', () => heard.push('answered'));
  notices.publish({ kind: 'look_due', deployment: 'line' });
  expect(heard).toEqual(['first line', 'second line']);
});

test('what a subscriber throws goes to onFatal; the others hear, and the publisher goes on', () => {
  const fatal: unknown[] = [];
  const heard: string[] = [];
  const notices = new Notices((error) => fatal.push(error));
  const broken = new Error('broken');
  notices.subscribe('command_answered', () => {
    throw broken;
  });
  notices.subscribe('command_answered', ({ kind }) => heard.push(kind));
  notices.publish({ kind: 'command_answered' });
  expect([fatal, heard]).toEqual([[broken], ['command_answered']]);
});
