// Runs with every file of integration tests: it fails when what it made in the rig's engine is there when it ends.
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { TestEngine } from '../integration/support/test-engine.ts';

/** What the agent makes has such a label or name; the tests' own names begin with a `World`'s mark. */
const OURS = /^io\.holdfast\.|^\/?holdfast_|\bhf[0-9a-f]{8}\b/;

const engine = new TestEngine(inject('rig').engine.socketPath);
let before: readonly string[];

beforeAll(async () => {
  before = await engine.findAll(OURS);
});

afterAll(async () => {
  const after = await engine.findAll(OURS);
  expect(
    after.filter((what) => !before.includes(what)),
    'left in the engine',
  ).toEqual([]);
});
