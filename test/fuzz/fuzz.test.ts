// The short form of `scripts/fuzz`: the same inputs each time, so that a failure is the change's.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { parseWith } from '../../protocol/faults.ts';
import { commandSchema } from '../../protocol/operations/command.ts';
import { goodCommand, goodDocument } from './documents.ts';
import { must, target } from './target.ts';
import { targets } from './targets.ts';

const RUNS = 3000;
const SEED = 20_261_123;

test.each(targets)('whatever comes, $name copes with it', { timeout: 60_000 }, async ({ share, run }) => {
  const { failure } = await run({ seed: SEED, runs: Math.ceil(RUNS * share) });
  expect(failure).toBeNull();
});

test('the shares of the targets are the whole', () => {
  expect(targets.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
});

test('what is mutated is good before', () => {
  const documents = fc.property(goodDocument, (document) => parseDeployment(document).ok);
  const commands = fc.property(goodCommand, (command) => parseWith(commandSchema, command).ok);
  for (const property of [documents, commands]) fc.assert(property, { numRuns: 500 });
});

test('a target that fails says so, with its seed and the smallest input', async () => {
  const broken = target({
    name: 'broken',
    share: 1,
    inputs: fc.nat(),
    open: () => ({ feed: (input) => must(input < 100, 'too large') }),
  });
  const { failure } = await broken.run({ seed: 7, runs: 1000 });
  expect(failure).toMatch(/seed: 7[\s\S]*Counterexample: \[100\]/);
});
