import { expect, test } from 'vitest';
import { Model, present } from '../situations.ts';

/** The removals of a life in which these revisions come one after the other, those after `good` ending at once. */
function removals(revisions: readonly ReturnType<typeof present>[], good: readonly number[]) {
  const model = new Model({ containers: [] });
  model.isGood = ({ revision }) => good.includes(revision);
  return revisions.flatMap((desired) =>
    Array.from({ length: 60 }, () => model.round(desired, revisions).steps).flatMap((steps) =>
      steps.filter((step) => step.kind === 'remove_container'),
    ),
  );
}

const [one, two, three] = [1, 2, 3].map((revision) => present(revision, { web: {} }));

test('what a failed revision made is removed with a note of its run', () => {
  if (one === undefined || two === undefined) throw new Error('unreachable');
  expect(removals([one, two], [1])).toMatchObject([
    { service: 'web', failed: { revision: 2, exitCode: 1, name: expect.stringContaining('web') } },
  ]);
});

test('what made way for a good one is removed with none', () => {
  if (one === undefined || three === undefined) throw new Error('unreachable');
  const removed = removals([one, three], [1, 3]);
  expect(removed).toHaveLength(1);
  expect(removed[0]).not.toHaveProperty('failed');
});
