// How long and how large what a document says may be: each bound, where it lies, and that none is missing.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Bounds, DURATION_BOUNDS, SIZE_BOUNDS } from '../../../protocol/deployment/bounds.ts';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { BYTE_SIZE_PATTERN, parseByteSize } from '../../../protocol/values/byte-size.ts';
import { DURATION_PATTERN, parseDurationMs } from '../../../protocol/values/duration.ts';
import { deploymentWith } from '../fixtures.ts';

/** What Node's timers take; past it they fire at once or throw. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const bounds: readonly (readonly [string, Bounds])[] = [
  ...Object.entries(DURATION_BOUNDS),
  ...Object.entries(SIZE_BOUNDS),
];

/** A document in which a bounded value is written, and the path that a fault tells. */
function documentWith(key: string, text: string): { readonly sent: unknown; readonly path: string } {
  const beside = { healthcheck: { test: ['CMD', 'a'] }, probe: probeBeside(key) };
  if (key === 'tmpfs.size') {
    const volumes = [{ type: 'tmpfs', target: '/a', tmpfs: { size: text } }];
    return { sent: deploymentWith({ volumes }), path: 'services.web.volumes[0].tmpfs.size' };
  }
  const window = { cron: '0 2 * * *', length: '1h' };
  const timing = key === 'update.deadline' ? { healthy_after: '0s' } : { deadline: '7d' };
  const update = { ...timing, ...(key === 'update.window.length' ? { window } : {}) };
  if (key.startsWith('update.'))
    return { sent: deploymentWith({}, nest({ update }, key.split('.'), text)), path: key };
  return { sent: deploymentWith(nest(beside, key.split('.'), text)), path: `services.web.${key}` };
}

function probeBeside(key: string): object {
  return key.startsWith('probe.heartbeat') ? { heartbeat: { target: '/beat' } } : { tcp: { port: 80 } };
}

/** A copy of `holder` in which the value at `path` is `text`. */
function nest(holder: object, [key = '', ...rest]: readonly string[], text: string): object {
  if (rest.length === 0) return { ...holder, [key]: text };
  const inner: unknown = Reflect.get(holder, key);
  return { ...holder, [key]: nest(Object(inner ?? {}), rest, text) };
}

function faultsFor(key: string, text: string): unknown {
  const { sent } = documentWith(key, text);
  const parsed = parseDeployment(sent);
  return parsed.ok ? [] : parsed.faults;
}

const isDuration = (key: string): boolean => Object.hasOwn(DURATION_BOUNDS, key);
/** A little more or less, in the smallest unit. */
const beyond = (key: string, text: string, step: 1 | -1): string =>
  isDuration(key)
    ? `${(parseDurationMs(text) ?? 0) * 1000 + step}us`
    : String((parseByteSize(text) ?? 0) + step);

test.each(bounds)('%s is accepted at both of its bounds', (key, { least, most }) => {
  expect(faultsFor(key, least)).toEqual([]);
  expect(faultsFor(key, most)).toEqual([]);
});

test.each(bounds)('%s is refused past each of its bounds, with its path and the bounds', (key, written) => {
  const { least, most } = written;
  const { path } = documentWith(key, most);
  const isRefused = (text: string): void =>
    expect(faultsFor(key, text)).toEqual([
      { path, message: `expected from ${least} to ${most}, got "${text}"` },
    ]);
  isRefused(beyond(key, most, 1));
  isRefused(isDuration(key) ? '60000d' : '9000000t');
  if (!/^0/.test(least)) isRefused(beyond(key, least, -1));
});

test('a duration of many characters is told so', () => {
  const text = '1s'.repeat(21);
  expect(faultsFor('probe.timeout', text)).toEqual([
    { path: 'services.web.probe.timeout', message: 'expected at most 40 characters' },
  ]);
});

test('no bound is past what a timer takes', () => {
  for (const { least, most } of Object.values(DURATION_BOUNDS)) {
    const [from, to] = [parseDurationMs(least) ?? Number.NaN, parseDurationMs(most) ?? Number.NaN];
    expect(from).toBeLessThan(to);
    expect(to).toBeLessThan(MAX_TIMEOUT_MS);
  }
});

test('every duration and size of the published schema has its bounds', () => {
  const file = new URL('../../../protocol/schemas/deployment.json', import.meta.url);
  const found = placesWith(JSON.parse(readFileSync(file, 'utf8')), [
    DURATION_PATTERN.source,
    BYTE_SIZE_PATTERN.source,
  ]);
  expect([...found].toSorted()).toEqual(bounds.map(([key]) => key).toSorted());
});

/** Where in a JSON Schema a text of one of these patterns stands, by the names of its fields. */
function placesWith(
  schema: unknown,
  patterns: readonly string[],
  at: readonly string[] = [],
  found = new Set<string>(),
): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'pattern' && patterns.includes(String(value)))
      found.add(
        at
          .join('.')
          .replace(/^(services|volumes)\./, '')
          .replace(/^volumes\./, ''),
      );
    const isNames = key === 'properties' && typeof value === 'object' && value !== null;
    if (!isNames) placesWith(value, patterns, at, found);
    else for (const [name, field] of Object.entries(value)) placesWith(field, patterns, [...at, name], found);
  }
  return found;
}
