import { expect, test } from 'vitest';
import { maskOf } from '../../../agent/secrets/mask.ts';

test('a secret is masked wherever it stands, also as JSON, in a URL and in base64', () => {
  const secret = 'p"ss w/rd+1';
  const mask = maskOf([secret]);
  const base64 = Buffer.from(secret).toString('base64');
  expect(mask(`a ${secret} b`)).toBe('a *** b');
  expect(mask(JSON.stringify({ secret }))).toBe('{"secret":"***"}');
  expect(mask(`http://x/?p=${encodeURIComponent(secret)}`)).toBe('http://x/?p=***');
  expect(mask(`Basic ${base64}`)).not.toContain(base64.slice(0, 12));
});

test('a secret that holds another is masked whole', () => {
  expect(maskOf(['abcdef', 'abcdefghi'])('abcdefghi abcdef')).toBe('*** ***');
});

test('what is shorter than six letters stays, and so does the text where nothing is secret', () => {
  expect(maskOf(['12345'])('12345')).toBe('12345');
  expect(maskOf([])('anything')).toBe('anything');
});

test('letters that mean something in a pattern mean themselves', () => {
  expect(maskOf(['a.b*c[d]'])('a.b*c[d] axbbc')).toBe('*** axbbc');
});
