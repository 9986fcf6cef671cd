// How many tracebacks of real Pythons are read right. `--show` prints what was read of each that is wrong.
import { createProgress } from './rig/progress.ts';
import { ensurePythons } from './rig/pythons.ts';
import { type Case, measure } from './tracebacks/measure.ts';

const isShown = process.argv.includes('--show');
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const cases = await measure(await ensurePythons(createProgress()), names.length > 0 ? names : undefined);
for (const one of cases.filter(({ isRight }) => !isRight)) {
  console.log(`wrong: ${one.program}, Python ${one.python}, ${one.shape}`);
  if (isShown) console.log(one.output.map(({ text }) => text).join('\n'), one.found);
}
for (const [key, some] of Map.groupBy(cases, ({ python, shape }) => `${python} ${shape}`))
  console.log(`${key}: ${rightOf(some)} of ${some.length}`);
const share = ((100 * rightOf(cases)) / cases.length).toFixed(1);
console.log(`${rightOf(cases)} of ${cases.length} tracebacks with right type, file and line (${share} %)`);

function rightOf(some: readonly Case[]): number {
  return some.filter(({ isRight }) => isRight).length;
}
