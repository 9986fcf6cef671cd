import { expect, test } from 'vitest';
import { renderLogItem } from '../../../lib/answers/logs.ts';
import { NOW } from '../../agent/cli/fixtures.ts';

const VIEW = { now: NOW, columns: null, hasColour: false };
const AT = '2026-11-22T03:12:07.123456789Z';

test('the streams are told apart, with the time', () => {
  expect(renderLogItem({ stream: 'stdout', at: AT, text: '  one' }, VIEW)).toBe(
    '2026-11-22T03:12:07Z     one\n',
  );
  expect(renderLogItem({ stream: 'stderr', at: null, text: 'two' }, VIEW)).toBe('E two\n');
});

test('what the agent says is marked', () => {
  expect(renderLogItem({ stream: 'agent', at: null, text: 'container a' }, VIEW)).toBe('-- container a\n');
});

test('nothing that a program wrote drives the terminal', () => {
  const text = renderLogItem({ stream: 'stdout', at: null, text: '\u001b[2Ja\u001b]0;x\u0007\rb' }, VIEW);
  expect(text.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
