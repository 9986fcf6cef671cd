import { expect, test } from 'vitest';
import { failureOf } from '../../../lib/document/failure-of.ts';
import { failureJson } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';

test('what the library cannot do is wrong usage, with its code, its hint and its faults', () => {
  const faulty = { file: 'a.yaml', faults: [{ line: 1, column: 2, path: '', message: 'm' }] };
  const failure = failureOf({ code: 'invalid_file', message: 'a.yaml has a fault', hint: 'mend it', faulty });
  expect(failure.exitCode).toBe(EXIT.usage);
  expect(failureJson(failure)).toEqual({
    error: { code: 'invalid_file', message: 'a.yaml has a fault', hint: 'mend it', ...faulty },
  });
});

test('of several addressees it names the one that it concerns', () => {
  const failure = failureOf({ code: 'revision_taken', message: 'revision 3 is taken' }, 'devices/edge-01');
  expect(failure.message).toBe('devices/edge-01: revision 3 is taken');
});
