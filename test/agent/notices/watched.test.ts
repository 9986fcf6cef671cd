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
