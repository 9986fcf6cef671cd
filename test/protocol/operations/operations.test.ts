import { describe, expect, test } from 'vitest';
import { type Operation, parseArguments } from '../../../protocol/operations/operation.ts';
import { COMMAND_VERBS, OPERATIONS } from '../../../protocol/operations/operations.ts';
import { pathKeys } from '../../../protocol/operations/route.ts';

const rows = Object.entries<Operation>(OPERATIONS);

test('the verbs of commands are those of the published schema, in its order', () => {
  expect(COMMAND_VERBS).toEqual([
    'restart',
    'logs',
    'retry',
    'pause',
    'resume',
    'report',
    'why',
    'check',
    'events',
    'plan',
    'switch',
  ]);
});

describe.each(rows)('the row of %s', (key, row) => {
  test('stands under its name, and somebody may ask', () => {
    expect(row.name).toBe(key);
    expect(row.askedBy.broker || row.askedBy.socket !== null).toBe(true);
  });

  test('has an argument for each place in its path', () => {
    const { socket } = row.askedBy;
    const places = socket === null ? [] : pathKeys(socket);
    expect(Object.keys(row.args)).toEqual(expect.arrayContaining(places));
  });
});

test('arguments that were read are sent on, and read again to the same', () => {
  const typed = { deployment: 'line', for: '1h30m', reason: ' the camera is replaced ' };
  const read = parseArguments(OPERATIONS.pause, typed);
  expect(read).toMatchObject({ ok: true, value: { for: '1h30m', reason: 'the camera is replaced' } });
  if (read.ok) expect(parseArguments(OPERATIONS.pause, read.value)).toEqual(read);
});

test('no two are asked for at the same place', () => {
  const places = rows.flatMap(([, { askedBy }]) =>
    askedBy.socket === null ? [] : [`${askedBy.socket.method} ${askedBy.socket.path}`],
  );
  expect(new Set(places).size).toBe(places.length);
});
