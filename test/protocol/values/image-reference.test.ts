// The vectors are those of the distribution project itself, reference_test.go and normalize_test.go; what Docker 20.10
// answers with HTTP 400 is refused.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseImageReference } from '../../../protocol/values/image-reference.ts';

const DIGEST = `sha256:${'f'.repeat(64)}`;
const ID = '1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a';

test.each([
  ['test_com', 'docker.io', 'library/test_com', 'latest', null],
  ['test.com:tag', 'docker.io', 'library/test.com', 'tag', null],
  ['test.com:5000', 'docker.io', 'library/test.com', '5000', null],
  ['test.com/repo:tag', 'test.com', 'repo', 'tag', null],
  ['test:5000/repo', 'test:5000', 'repo', 'latest', null],
  ['test:5000/repo:tag', 'test:5000', 'repo', 'tag', null],
  [`test:5000/repo@${DIGEST}`, 'test:5000', 'repo', null, DIGEST],
  [`test:5000/repo:tag@${DIGEST}`, 'test:5000', 'repo', 'tag', DIGEST],
  ['lowercase:Uppercase', 'docker.io', 'library/lowercase', 'Uppercase', null],
  ['sub-dom1.foo.com/bar/baz/quux:some-long-tag', 'sub-dom1.foo.com', 'bar/baz/quux', 'some-long-tag', null],
  [
    'b.gcr.io/test.example.com/my-app:test.example.com',
    'b.gcr.io',
    'test.example.com/my-app',
    'test.example.com',
    null,
  ],
  ['xn--n3h.com/myimage:xn--n3h.com', 'xn--n3h.com', 'myimage', 'xn--n3h.com', null],
  ['foo_bar.com:8080', 'docker.io', 'library/foo_bar.com', '8080', null],
  ['foo/foo_bar.com:8080', 'docker.io', 'foo/foo_bar.com', '8080', null],
  ['192.168.1.1', 'docker.io', 'library/192.168.1.1', 'latest', null],
  ['192.168.1.1/repo', '192.168.1.1', 'repo', 'latest', null],
  ['192.168.1.1:5000/repo:5050', '192.168.1.1:5000', 'repo', '5050', null],
  ['debian', 'docker.io', 'library/debian', 'latest', null],
  ['library/debian', 'docker.io', 'library/debian', 'latest', null],
  ['docker.io/debian', 'docker.io', 'library/debian', 'latest', null],
  ['docker.io/docker/docker', 'docker.io', 'docker/docker', 'latest', null],
  ['index.docker.io/debian', 'docker.io', 'library/debian', 'latest', null],
  ['index.docker.io/fooo/bar', 'docker.io', 'fooo/bar', 'latest', null],
  ['docker.io/library/foo/bar', 'docker.io', 'library/foo/bar', 'latest', null],
  ['other/library', 'docker.io', 'other/library', 'latest', null],
  ['test_com/foo', 'docker.io', 'test_com/foo', 'latest', null],
  ['127.0.0.1:8000/private/moonbase', '127.0.0.1:8000', 'private/moonbase', 'latest', null],
  ['localhost/moonbase', 'localhost', 'moonbase', 'latest', null],
  ['docker---rules/docker', 'docker.io', 'docker---rules/docker', 'latest', null],
  ['dock__er/docker', 'docker.io', 'dock__er/docker', 'latest', null],
  [`docker.io/${ID}`, 'docker.io', `library/${ID}`, 'latest', null],
  [ID.slice(1), 'docker.io', `library/${ID.slice(1)}`, 'latest', null],
  [
    `test:5000/${'a'.repeat(245)}:tag-puts-this-over-max`,
    'test:5000',
    'a'.repeat(245),
    'tag-puts-this-over-max',
    null,
  ],
  ['a'.repeat(237), 'docker.io', `library/${'a'.repeat(237)}`, 'latest', null],
  ['Reg.Example.com/app', 'Reg.Example.com', 'app', 'latest', null],
  ['Acme:5000/app', 'Acme:5000', 'app', 'latest', null],
])('%s is read', (text, host, repository, tag, digest) => {
  expect(parseImageReference(text)).toEqual({ host, repository, tag, digest });
});

test.each([
  '',
  ':justtag',
  `@${DIGEST}`,
  'repo@sha256:ffffffffffffffffffffffffffffffffff',
  `validname@invaliddigest:${'f'.repeat(64)}`,
  'Uppercase:tag',
  'test:5000/Uppercase/lowercase:tag',
  `${'a/'.repeat(128)}a:tag`,
  `test:5000/${'a'.repeat(246)}:tag`,
  'a'.repeat(238),
  'Acme/app:1',
  'LOCALHOST/app',
  'FOO/bar',
  'Docker/docker',
  '[2001:db8::1]/repo',
  '[2001:db8::1]:5000/repo:tag',
  '[::1]:5000/repo',
  'aa/asdf$$^/aa',
  '[2001:db8::1]',
  '[2001:db8::1]:5000',
  '[2001:db8::1]:tag',
  '[fe80::1%eth0]:5000/repo',
  '[fe80::1%@invalidzone]:5000/repo',
  'https://github.com/docker/docker',
  'docker/Docker',
  '-docker',
  '-docker/docker',
  '-docker.io/docker/docker',
  'docker///docker',
  'docker.io/docker///docker',
  'fc00::1:5000/debian',
  '[2001:db8:3:4::192.0.2.33]:5000/debian',
  ID,
  'docker-/docker',
  '____/____',
  '_docker/_docker',
  'dock..er/docker',
  'dock_.er/docker',
  'dock-.er/docker',
  'docker/',
  `${'this_is_not_a_valid_namespace_'.repeat(9)}x/docker`,
  'repo:-foo',
  `repo:${'t'.repeat(129)}`,
  `repo@sha256:${'F'.repeat(64)}`,
  ' repo',
  'repo\n',
])('%j is no reference', (text) => {
  expect(parseImageReference(text)).toBeNull();
});

test('a digest that is no SHA-256 is not taken, though the grammar knows others: the engine pulls none', () => {
  expect(parseImageReference(`xn--7o8h.com/myimage:tag@sha512:${'f'.repeat(128)}`)).toBeNull();
});

const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
const reference = fc.record({
  host: fc.constantFrom('registry.example.com', 'localhost', 'r:5000', '10.0.0.1'),
  repository: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
  digest: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`)),
});

test('what is put together from host, path, tag and digest comes apart into them', () => {
  fc.assert(
    fc.property(reference, (given) => {
      const { host, repository, tag, digest } = given;
      const text = `${host}/${repository}:${tag}${digest === null ? '' : `@${digest}`}`;
      expect(parseImageReference(text)).toEqual(given);
    }),
  );
});

test('what was read, written out in full, is read as the same', () => {
  fc.assert(
    fc.property(fc.oneof(part, fc.stringMatching(/^[a-zA-Z0-9./:_-]{1,20}$/)), (text) => {
      const parsed = parseImageReference(text);
      if (parsed === null) return;
      const { host, repository, tag } = parsed;
      expect(parseImageReference(`${host}/${repository}:${tag}`)).toEqual(parsed);
    }),
  );
});

test.each([
  ['hyphens', '-'.repeat(512)],
  ['letters and hyphens', `${'a-'.repeat(255)}!`],
  ['dots', `${'a.'.repeat(255)}!`],
  ['underscores', `${'a_'.repeat(255)}!`],
  ['slashes', `${'a/'.repeat(127)}A`],
  ['digits in brackets', `[${':'.repeat(500)}`],
])('512 %s are judged at once', (_title, text) => {
  const start = performance.now();
  expect(parseImageReference(text)).toBeNull();
  expect(performance.now() - start).toBeLessThan(200);
});
