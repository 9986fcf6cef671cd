// Of how many hanging programs the line is found in which they do, and how fast. `--show` prints what was read of each that
// is wrong. Root alone can run it: each program has processes of its own, as in a container.
import { measureHangs } from './hangs/measure.ts';
import { createProgress } from './rig/progress.ts';
import { ensurePythons } from './rig/pythons.ts';

const isShown = process.argv.includes('--show');
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const cases = await measureHangs(await ensurePythons(createProgress()), names.length > 0 ? names : undefined);
for (const one of cases) {
  const { program, python, isRight, isAlive, tookMs } = one;
  const how = `${isRight ? 'right' : 'wrong'}, ${Math.round(tookMs)} ms${isAlive ? '' : ', it has ended'}`;
  console.log(`${program}, Python ${python}: ${how}`);
  if (!isRight && isShown) console.log(one.output.map(({ text }) => text).join('\n'), one.found);
}
const right = cases.filter(({ isRight, isAlive, tookMs }) => isRight && isAlive && tookMs < 1000);
const slowest = Math.round(Math.max(...cases.map(({ tookMs }) => tookMs)));
console.log(
  `${right.length} of ${cases.length} hangs with their line within 1 s; the slowest took ${slowest} ms`,
);
