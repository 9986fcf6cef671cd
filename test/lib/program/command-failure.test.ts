import { expect, test } from 'vitest';
import { CommandFailure, failureJson, UsageError } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';

test('the exit codes are those that scripts rely on', () => {
  expect(EXIT).toEqual({ good: 0, badNews: 1, usage: 2, unreachable: 3, timedOut: 4, interrupted: 130 });
});

test('a failure is told to programs with its code, its hint and what else is known', () => {
  const failure = new CommandFailure({
    ...{ code: 'invalid_file', exitCode: EXIT.usage, message: 'a.yaml has a fault', hint: 'mend it' },
    details: { file: 'a.yaml' },
  });
  expect(JSON.stringify(failureJson(failure))).toBe(
    '{"error":{"code":"invalid_file","message":"a.yaml has a fault","hint":"mend it","file":"a.yaml"}}',
  );
});

test('a command that was typed wrongly has the code and the exit code for it, and no hint where none is given', () => {
  const failure = new UsageError('name one');
  expect([failure.code, failure.exitCode]).toEqual(['usage', 2]);
  expect(JSON.stringify(failureJson(failure))).toBe('{"error":{"code":"usage","message":"name one"}}');
});
