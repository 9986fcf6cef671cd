// What devices tell and what they are asked: the examples of the contract's section 4, and what is none.
import { expect, test } from 'vitest';
import { parseWith } from '../../../protocol/faults.ts';
import { EVENT_FIELDS } from '../../../protocol/reports/events.ts';
import { PHASES, SETTLED_PHASES } from '../../../protocol/reports/status.ts';
import { allFixtures, fixtures, schemas } from '../fixtures.ts';

const reports = (verdict: 'accepted' | 'refused') =>
  allFixtures(verdict).filter(({ schema }) => schema !== 'deployment');

test.each(reports('accepted'))('the $schema "$title" is read', ({ schema, value }) => {
  expect(parseWith(schemas[schema], value)).toMatchObject({ ok: true });
});

test.each(reports('refused'))('the $schema "$title" is not read', ({ schema, value }) => {
  expect(parseWith(schemas[schema], value)).toMatchObject({ ok: false });
});

// An event is no message of its own.
test.each(reports('accepted').filter(({ schema }) => schema !== 'event'))(
  'the $schema "$title" needs its schema and each field that it names',
  ({ schema, value }) => {
    const fields = Object.entries(Object(value));
    expect(parseWith(schemas[schema], { ...Object(value), schema: 'holdfast.other/1' })).toMatchObject({
      ok: false,
    });
    const optional = new Set([
      'lost',
      'args',
      'code',
      'message',
      'answer',
      'part',
      'a_field_of_a_newer_agent',
    ]);
    for (const [left] of fields.filter(([key]) => !optional.has(key))) {
      const rest = Object.fromEntries(fields.filter(([key]) => key !== left));
      expect(parseWith(schemas[schema], rest)).toMatchObject({
        ok: false,
        faults: [{ path: left, message: 'required, but missing' }],
      });
    }
  },
);

test('a command with a field that no agent knows is refused, as half of what was asked might be lost', () => {
  for (const { value } of fixtures('command', 'accepted')) {
    expect(parseWith(schemas.command, { ...Object(value), extra: 1 })).toEqual({
      ok: false,
      faults: [{ path: 'extra', message: 'unknown field' }],
    });
  }
});

test.each(['status', 'state', 'events', 'presence', 'reply'] as const)(
  'a %s with fields of a newer agent is read by an older reader',
  (name) => {
    for (const { value } of fixtures(name, 'accepted')) {
      expect(parseWith(schemas[name], { ...Object(value), from_tomorrow: { a: 1 } })).toMatchObject({
        ok: true,
      });
    }
  },
);

test('an event keeps the fields that its type brings', () => {
  const [{ value } = { value: null }] = fixtures('events', 'accepted').filter(
    ({ title }) => title === 'contract',
  );
  expect(parseWith(schemas.events, value)).toMatchObject({
    value: { events: [{ revision: 7 }, { code: 'exited' }] },
  });
});

test('every kind of event has its example', () => {
  const examples = new Set(fixtures('event', 'accepted').map(({ title }) => title.replaceAll(' ', '_')));
  expect(Object.keys(EVENT_FIELDS).filter((kind) => !examples.has(kind))).toEqual([]);
});

test('a command without arguments has none', () => {
  const command = { schema: 'holdfast.command/1', id: '1', verb: 'report' };
  expect(parseWith(schemas.command, command)).toEqual({ ok: true, value: { ...command, args: {} } });
});

test('the phases are those of the contract, and a manager stops waiting in four of them', () => {
  expect(PHASES).toEqual([
    'waiting',
    'pulling',
    'switching',
    'proving',
    'converged',
    'degraded',
    'rolled_back',
    'failed',
    'removed',
  ]);
  expect([...SETTLED_PHASES]).toEqual(['converged', 'rolled_back', 'failed', 'removed']);
});
