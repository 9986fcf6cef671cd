import { expect, test } from 'vitest';
import { Watched } from '../../../agent/notices/watched.ts';

test('who watches hears each value with the one before, in the order of their beginning', () => {
  const heard: string[] = [];
  const watched = new Watched(1);
  watched.watch((now, before) => heard.push(`first ${before} ${now}`));
  watched.watch((now, before) => heard.push(`second ${before} ${now} ${watched.value}`));
  watched.set(2);
  expect(heard).toEqual(['first 1 2', 'second 1 2 2']);
});

test('who has ended it hears no more', () => {
  const heard: number[] = [];
  const watched = new Watched(1);
  const end = watched.watch((now) => heard.push(now));
  watched.set(2);
  end();
  watched.set(3);
  expect([heard, watched.value]).toEqual([[2], 3]);
});
