import { expect, test } from 'vitest';
import { digestInTags, loadedName } from '../../../agent/docker/image-name.ts';

const HEX = 'a'.repeat(64);

test.each([
  [
    `registry.example.com:5000/team/app@sha256:${HEX}`,
    `registry.example.com:5000/team/app:holdfast-sha256-${HEX}`,
  ],
  [`registry.example.com/app:1.2@sha256:${HEX}`, `registry.example.com/app:holdfast-sha256-${HEX}`],
  [`python@sha256:${HEX}`, `docker.io/library/python:holdfast-sha256-${HEX}`],
  ['registry.example.com/app:1.2', 'registry.example.com/app:1.2'],
  ['python', 'python'],
])('%s is loaded as %s', (reference, name) => {
  expect(loadedName(reference)).toBe(name);
});

test('the digest is read back out of such a tag', () => {
  const name = loadedName(`registry.example.com:5000/app@sha256:${HEX}`);
  expect(digestInTags(['registry.example.com:5000/app:1', name])).toBe(`sha256:${HEX}`);
  expect(digestInTags(['registry.example.com:5000/app:1'])).toBeNull();
});
