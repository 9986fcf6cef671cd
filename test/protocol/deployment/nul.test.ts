// NUL ends a text for the engine and the kernel: accepted, a revision with one stopped the old one and never started.
import { expect, test } from 'vitest';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { formatPath } from '../../../protocol/faults.ts';
import { deploymentWith, fixtureText } from '../fixtures.ts';
import { changed, placesIn } from '../mutations.ts';

function pathsOfFaults(value: unknown): string[] {
  const parsed = parseDeployment(value);
  return parsed.ok ? [] : parsed.faults.map(({ path }) => path);
}

const everyKey: unknown = JSON.parse(fixtureText('deployment/accepted/every-key.json'));

function textAt(path: readonly (string | number)[]): unknown {
  return path.reduce((value: unknown, key) => Reflect.get(Object(value), key), everyKey);
}

const texts = placesIn(everyKey).filter((path) => typeof textAt(path) === 'string');
const isContent = ([kind, , key]: readonly (string | number)[]): boolean =>
  (kind === 'configs' || kind === 'secrets') && key === 'content';

test('every text of a document is refused with its path where it holds NUL', () => {
  expect(texts.length).toBeGreaterThan(80);
  for (const path of texts.filter((at) => !isContent(at))) {
    const sent = changed(everyKey, path, (holder, key) => Reflect.set(holder, key, `${textAt(path)}\0`));
    expect(pathsOfFaults(sent)).toContain(formatPath(path));
  }
});

test('a file may hold NUL: the engine never sees it', () => {
  const contents = texts.filter(isContent);
  expect(contents.length).toBeGreaterThanOrEqual(2);
  for (const path of contents)
    expect(pathsOfFaults(changed(everyKey, path, (holder, key) => Reflect.set(holder, key, 'a\0b')))).toEqual(
      [],
    );
});

test.each([
  ['a variable', { environment: { A: 'a\0b' } }, 'environment.A'],
  ['the name of a variable', { environment: { 'A\0': '' } }, 'environment["A\\u0000"]'],
  ['a command', { command: ['a', 'b\0'] }, 'command[1]'],
  ['an entrypoint', { entrypoint: ['\0'] }, 'entrypoint[0]'],
  ['a label', { labels: { a: '\0' } }, 'labels.a'],
  ['a health check', { healthcheck: { test: ['CMD', 'a\0'] } }, 'healthcheck.test[1]'],
  [
    'an option of a logging driver',
    { logging: { driver: 'x', options: { tag: '\0' } } },
    'logging.options.tag',
  ],
])('%s is told once', (_title, service, path) => {
  expect(pathsOfFaults(deploymentWith(service))).toEqual([`services.web.${path}`]);
});
