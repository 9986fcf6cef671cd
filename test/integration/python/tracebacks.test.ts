// A part of `scripts/bench traceback`: what real Pythons write is read as the programs' comments say.
import { expect, test } from 'vitest';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { ensurePythons } from '../../../scripts/rig/pythons.ts';
import { measure } from '../../../scripts/tracebacks/measure.ts';

const PROGRAMS = [
  ...['key_error', 'json_decode', 'syntax_import', 'recursion', 'chain_cause', 'group_nested', 'task_group'],
  ...['asyncio_never_retrieved', 'thread', 'process_pool', 'ignored_in_del', 'logging_json', 'celery_task'],
  ...['custom_lower', 'notes', 'fatal_segfault'],
];

test('tracebacks of both Pythons are read right in all shapes', async () => {
  const cases = await measure(await ensurePythons(quietProgress), PROGRAMS);
  const wrong = cases.filter(({ isRight }) => !isRight);
  expect(wrong.map(({ program, python, shape }) => `${program} ${python} ${shape}`)).toEqual([]);
  expect(cases.length).toBeGreaterThan(2 * 6 * PROGRAMS.length);
});
