import { expect, test } from 'vitest';
import { parseArguments } from '../../../protocol/operations/operation.ts';
import { echo } from '../../fakes/operations.ts';

test('arguments are parsed; what is left out stays out, and what nobody knows is passed over', () => {
  expect(parseArguments(echo, { deployment: 'line', line: 'a', times: '2' })).toEqual({
    ok: true,
    value: { deployment: 'line', line: 'a', times: 2 },
  });
  expect(parseArguments(echo, { deployment: 'line', line: 'a', colour: 'red' })).toEqual({
    ok: true,
    value: { deployment: 'line', line: 'a' },
  });
});

test('every faulty argument is told, and nothing of what it holds', () => {
  expect(parseArguments(echo, { deployment: '../secret', times: 0 })).toEqual({
    ok: false,
    faults: [
      { path: 'deployment', message: 'a name' },
      { path: 'line', message: 'a text' },
      { path: 'times', message: 'a number from 1' },
    ],
  });
});
