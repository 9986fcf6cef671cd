// A part of `scripts/bench hang`: of real Pythons that hang the line is named, and they go on.
import { expect, test } from 'vitest';
import { measureHangs } from '../../../scripts/hangs/measure.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { ensurePythons } from '../../../scripts/rig/pythons.ts';

const PROGRAMS = ['asyncio_forever', 'interpreter_lock_held', 'lock_deadlock', 'prefork', 'threading_server'];

test('hangs of both Pythons are read right', async () => {
  const cases = await measureHangs(await ensurePythons(quietProgress), PROGRAMS);
  const wrong = cases.filter(({ isRight, isAlive }) => !isRight || !isAlive);
  expect(wrong.map(({ program, python }) => `${program} ${python}`)).toEqual([]);
  expect(cases).toHaveLength(2 * PROGRAMS.length);
});
