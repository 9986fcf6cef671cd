// scripts/plant-bugs: plants each known bug into a copy of the agent and shows which promise found it. Exit code 1
// when one was not found, or the agent as it is broke a promise.
import { parseArgs } from 'node:util';
import { type PlantedBug, plantedBugs } from '../test/simulation/planted/bugs.ts';
import { findRot, hunt } from '../test/simulation/planted/plant.ts';
import { formatFailure } from '../test/simulation/report.ts';

const WORKERS = 2;

const { values } = parseArgs({
  options: { only: { type: 'string' }, 'show-failure': { type: 'boolean', default: false } },
});
const chosen = plantedBugs.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) {
  console.error(`There is no such bug. There are: ${plantedBugs.map(({ name }) => name).join('; ')}`);
  process.exit(2);
}

const print = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);
print(['bug', 'found by', 'in runs', 'of at most', 'seconds']);
print(['---', '---', '---', '---', '---']);
const rotten = (await Promise.all(chosen.map(findRot))).filter((rot) => rot !== null);
for (const rot of rotten) console.error(rot);
if (rotten.length > 0) process.exit(1);
if (values.only === undefined) await expectNone(Math.max(...chosen.map(({ within }) => within)));
for (const bug of chosen) await expectFound(bug);

async function expectNone(runs: number): Promise<void> {
  const { failed, ...took } = await hunt([], { runs, workers: WORKERS });
  print([
    'none',
    failed?.violation?.promise ?? 'no promise',
    `${took.runs}`,
    `${runs}`,
    took.seconds.toFixed(0),
  ]);
  if (failed !== null) process.exitCode = 1;
}

async function expectFound({ name, edits, promises, within }: PlantedBug): Promise<void> {
  const { failed, runs, seconds } = await hunt(edits, { runs: within, workers: WORKERS });
  const promise = failed?.violation?.promise ?? null;
  const isFound = promise !== null && promises.includes(promise);
  const told = promise === null ? 'NOT FOUND' : isFound ? promise : `NOT FOUND, but broke: ${promise}`;
  print([name, told, `${runs}`, `${within}`, seconds.toFixed(0)]);
  if (failed !== null && (values['show-failure'] || !isFound)) console.log(formatFailure(failed));
  if (!isFound) process.exitCode = 1;
}
