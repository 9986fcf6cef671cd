import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  COMMAND_ID_PATTERN,
  DEVICE_PATTERN,
  NAME_PATTERN,
  SERVICE_PATTERN,
} from '../../../protocol/values/names.ts';

const longest = 'a'.repeat(63);

test.each([
  ['device id', DEVICE_PATTERN, ['a', '0', 'edge-01', 'a-', longest]],
  ['deployment, group, volume or network name', NAME_PATTERN, ['a', '0', 'line_vision-2', longest]],
  ['service name', SERVICE_PATTERN, ['a', 'Web.1', 'A_b-c', longest, 'constructors']],
  ['command id', COMMAND_ID_PATTERN, ['1', '2026-11_22-a', 'Z', longest]],
])('a %s may be short, long and have its own characters', (_title, pattern, names) => {
  for (const name of names) expect(name).toMatch(pattern);
});

const NEVER = ['', '-a', '_a', '.a', 'a b', 'a/b', 'a+', '#', 'ä', 'a\n', '\na', `${longest}a`, '__proto__'];

test.each([
  ['device id', DEVICE_PATTERN, [...NEVER, 'A', 'a_b', 'a.b']],
  ['deployment, group, volume or network name', NAME_PATTERN, [...NEVER, 'A', 'a.b']],
  ['service name', SERVICE_PATTERN, NEVER],
  ['command id', COMMAND_ID_PATTERN, [...NEVER, 'a.b']],
])('a %s is refused where a topic, a label or a path could not carry it', (_title, pattern, names) => {
  for (const name of names) expect(name).not.toMatch(pattern);
});

test('no name that becomes a key is one that every object has already', () => {
  const own = Object.getOwnPropertyNames(Object.prototype);
  expect(own).toContain('hasOwnProperty');
  for (const word of [...own, 'prototype']) {
    expect(word).not.toMatch(SERVICE_PATTERN);
    expect(word).not.toMatch(NAME_PATTERN);
  }
});

test('a name never finds anything in an empty object', () => {
  const empty: Record<string, unknown> = {};
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype))),
      (name) => {
        if (SERVICE_PATTERN.test(name) || NAME_PATTERN.test(name)) expect(empty[name]).toBeUndefined();
      },
    ),
  );
});
