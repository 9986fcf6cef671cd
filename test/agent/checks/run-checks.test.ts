import { expect, test } from 'vitest';
import { type CheckRow, ok, warning } from '../../../agent/checks/check-row.ts';
import { checksOf } from '../../../agent/checks/run-checks.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { KNOWN } from './known.ts';

function row(name: string, look: CheckRow['look']): CheckRow {
  return { name, look };
}

async function run(rows: readonly CheckRow[]) {
  const clock = new VirtualClock();
  const running = checksOf(rows, clock).run(KNOWN, new AbortController().signal);
  await clock.advance(3000);
  return running;
}

test('all are told in the order of the table, with their names', async () => {
  const rows = [row('one', () => [ok('well'), warning('not so well')]), row('two', async () => [ok('fine')])];
  expect(await run(rows)).toEqual([
    { name: 'one', result: 'ok', text: 'well' },
    { name: 'one', result: 'warning', text: 'not so well' },
    { name: 'two', result: 'ok', text: 'fine' },
  ]);
});

test('one that throws, or never answers, is not known, and keeps no other back', async () => {
  const rows = [
    row('throws', () => {
      throw Object.assign(new Error('x'), { code: 'EACCES' });
    }),
    row('hangs', () => new Promise(() => undefined)),
    row('answers', () => [ok('fine')]),
  ];
  expect(await run(rows)).toEqual([
    { name: 'throws', result: 'unknown', text: expect.stringMatching(/./) },
    { name: 'hangs', result: 'unknown', text: 'no answer in 2 s' },
    { name: 'answers', result: 'ok', text: 'fine' },
  ]);
});

test('what a row tells is bounded, and drives no terminal', async () => {
  const text = `\u001b[31m${'x'.repeat(5000)}`;
  const told = await run([row('many', () => Array.from({ length: 500 }, () => ok(text)))]);
  expect(told).toHaveLength(20);
  expect(told[0]?.text.length).toBeLessThanOrEqual(300);
  expect(told[0]?.text).not.toContain('\u001b');
});

test('its signal ends when its time is over', async () => {
  let isEnded = false;
  await run([
    row('hangs', (_, signal) => {
      signal.addEventListener('abort', () => {
        isEnded = true;
      });
      return new Promise(() => undefined);
    }),
  ]);
  expect(isEnded).toBe(true);
});
