import { expect, test } from 'vitest';
import { Progress, type ProgressOptions } from '../../../agent/loop/progress.ts';

function turn(parts: Partial<ProgressOptions> = {}): string[] {
  const heard: string[] = [];
  const progress = new Progress({
    store: { verifyPlace: () => heard.push('store') },
    looks: [{ look: () => heard.push('clock') }, { look: () => heard.push('findings') }],
    loops: { isAlive: () => true },
    onProgress: () => heard.push('progress'),
    ...parts,
  });
  try {
    progress.turned();
  } catch (error) {
    heard.push(String(error));
  }
  return heard;
}

test('each round of the reports is progress, once all else was looked at', () => {
  expect(turn()).toEqual(['store', 'clock', 'findings', 'progress']);
});

test('with a loop that hangs it is none', () => {
  expect(turn({ loops: { isAlive: () => false } })).toEqual(['store', 'clock', 'findings']);
});

test('a store that is no longer where it was ends the round before all else', () => {
  const verifyPlace = (): never => {
    throw new Error('replaced');
  };
  expect(turn({ store: { verifyPlace } })).toEqual(['Error: replaced']);
});
