// Runs with every unit test: one that leaves a timer, a socket, a server or a child process behind fails. What it
// opens for all tests of its file belongs into a `beforeAll`, and is looked at when the file ends.
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { leakedSince, openResources, type Resources, watchTimers } from './open-resources.ts';

const GRACE_MS = 1000;

watchTimers();

let beforeFile: Resources;
let beforeTest: Resources;

beforeAll(() => {
  beforeFile = openResources();
});

beforeEach(() => {
  beforeTest = openResources();
});

afterEach(() => expectNoLeak(beforeTest));

afterAll(() => expectNoLeak(beforeFile));

async function expectNoLeak(before: Resources): Promise<void> {
  expect(await leakedSince(before, GRACE_MS), 'left open by the test').toEqual([]);
}
