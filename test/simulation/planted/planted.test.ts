// That the table of planted bugs does not rot, and that two of them are found. scripts/plant-bugs tries all.
import { expect, test } from 'vitest';
import { plantedBugs } from './bugs.ts';
import { checkTypes, findRot, hunt } from './plant.ts';

test('every planted bug still has its place in the code, exactly once', async () => {
  const rotten = await Promise.all(plantedBugs.map(findRot));
  expect(rotten.filter((rot) => rot !== null)).toEqual([]);
});

test('the agent compiles with each planted bug', { timeout: 240_000 }, async () => {
  expect(await checkTypes(plantedBugs)).toBe('');
});

test.for(['count one healthy probe as proof', 'remove the old container too early'])(
  'the simulation finds a planted bug: %s',
  { timeout: 120_000 },
  async (name) => {
    const bug = plantedBugs.find((other) => other.name === name);
    const { failed } = await hunt(bug?.edits ?? [], { runs: bug?.within ?? 0, workers: 1 });
    expect(bug?.promises).toContain(failed?.violation?.promise);
  },
);
