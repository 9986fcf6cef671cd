import { expect, test } from 'vitest';
import { isOfTheContent, REASONS, retryOf } from '../../../protocol/reports/reasons.ts';

test('only what a content has shown itself is put down to it', () => {
  const codes = Object.keys(REASONS).filter(isOfTheContent);
  expect(codes.toSorted()).toEqual(
    [
      ...['command_not_found', 'deadline', 'exited', 'flapping'],
      ...['oom_killed', 'refused_by_engine', 'unhealthy'],
    ].toSorted(),
  );
});

test.each(['a_code_of_tomorrow', 'toString', ''])(
  'a code that nobody knows, "%s", blames no content',
  (code) => {
    expect(isOfTheContent(code)).toBe(false);
  },
);

test('an image that is not there is asked for seldom, a registry that is away soon', () => {
  expect(retryOf('image_not_found')).toBe('seldom');
  expect(retryOf('registry_unreachable')).toBe('soon');
});
