// That every row of "what happens when…" is counted or said to be tested elsewhere, and that a run is heard.
import { expect, test } from 'vitest';
import { readOperationsRows } from '../../docs/operations-rows.ts';
import { runSimulation } from '../run.ts';
import { ELSEWHERE, findUnreached, ROWS } from './table.ts';

test('the rows that are counted, and those tested elsewhere, are those of operations.md', () => {
  const known = [...Object.keys(ROWS), ...Object.keys(ELSEWHERE)];
  expect(known.toSorted()).toEqual(
    readOperationsRows()
      .map(({ when }) => when)
      .toSorted(),
  );
});

test('what is tried out at the end of every run is heard, and what nobody does is not', async () => {
  const { rows } = await runSimulation(2, { hours: 12, only: ['a0'] });
  expect(rows).toEqual(
    expect.arrayContaining([
      'the broker is away',
      'the agent is killed',
      'power is cut',
      'a document is malformed',
      'the clock is wrong, as after a boot in 1970',
      'the clock is set, or runs backwards, also in the middle of an update',
    ]),
  );
  const unreached = findUnreached(Object.fromEntries(rows.map((row) => [row, 1])));
  expect(unreached).toEqual(
    expect.arrayContaining([
      'the outbox is full',
      'the agent hangs',
      'an update is bad',
      'two devices have the same id',
    ]),
  );
});
