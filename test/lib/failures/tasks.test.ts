import { expect, test } from 'vitest';
import { Tasks } from '../../../lib/failures/tasks.ts';

test('what a task rejects with is heard, and ends nothing else', async () => {
  const heard: unknown[] = [];
  const tasks = new Tasks((error) => heard.push(error));
  const { promise, resolve } = Promise.withResolvers<void>();
  let isDone = false;
  tasks.run(Promise.reject(new Error('odd')));
  tasks.run(
    promise.then(() => {
      isDone = true;
    }),
  );
  resolve();
  await tasks.settled();
  expect(heard).toEqual([new Error('odd')]);
  expect(isDone).toBe(true);
});

test('tasks are settled when also those have ended that they began', async () => {
  const tasks = new Tasks(() => undefined);
  const ended: string[] = [];
  const work = async (name: string, next: string | null): Promise<void> => {
    await Promise.resolve();
    if (next !== null) tasks.run(work(next, null));
    ended.push(name);
  };
  tasks.run(work('first', 'second'));
  await tasks.settled();
  expect(ended).toEqual(['first', 'second']);
});

test('no task is settled at once', async () => {
  await new Tasks(() => undefined).settled();
});
