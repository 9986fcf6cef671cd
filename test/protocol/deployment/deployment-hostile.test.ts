// Documents that nobody sends by mistake.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { MAX_RETAINED_BYTES, parseJsonPayload } from '../../../protocol/payload.ts';
import { allFixtures, deploymentWith, fixtures } from '../fixtures.ts';
import { changed, placesIn, replaceBy } from '../mutations.ts';

const ODD_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '',
] as const;

function parseText(text: string): ReturnType<typeof parseDeployment> {
  const json = parseJsonPayload(new TextEncoder().encode(text), MAX_RETAINED_BYTES);
  if (!json.ok) throw new Error(json.message);
  return parseDeployment(json.value);
}

function expectCleanWorld(): void {
  expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(12);
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
}

const PLACES: readonly [string, string][] = [
  ['the document', '"KEY": {"polluted": true}, "services": {"web": {"image": "a"}}'],
  ['services', '"services": {"web": {"image": "a"}, "KEY": {"image": "a", "polluted": true}}'],
  ['a service', '"services": {"web": {"image": "a", "KEY": {"polluted": true}}}'],
  ['volumes', '"services": {"web": {"image": "a"}}, "volumes": {"KEY": {"polluted": true}}'],
  ['networks', '"services": {"web": {"image": "a"}}, "networks": {"KEY": {"polluted": true}}'],
  [
    'depends_on',
    '"services": {"web": {"image": "a", "depends_on": {"KEY": {"condition": "service_started"}}}}',
  ],
  ["a service's networks", '"services": {"web": {"image": "a", "networks": {"KEY": {}}}}'],
  ['limits', '"services": {"web": {"image": "a", "deploy": {"resources": {"limits": {"KEY": 1}}}}}'],
  ['update', '"services": {"web": {"image": "a"}}, "update": {"KEY": "1s"}'],
];

test.each(PLACES.flatMap(([place, text]) => ODD_KEYS.map((key) => [key, place, text])))(
  'the key "%s" in %s is refused, and pollutes nothing',
  (key, _place, text) => {
    const head = '"schema": "holdfast.deployment/1", "name": "a", "revision": 1, "state": "present"';
    const parsed = parseText(`{${head}, ${text.replace('KEY', key)}}`);
    expect(parsed.ok).toBe(false);
    const paths = parsed.ok ? [] : parsed.faults.map(({ path }) => path);
    expect(paths.some((path) => path.includes(key === '' ? '[""]' : key))).toBe(true);
    expectCleanWorld();
  },
);

test.each(['__proto__', 'constructor', 'prototype'])('a variable called %s is refused, not lost', (key) => {
  const web = `{"image": "a", "environment": {"${key}": "x"}}`;
  const parsed = parseText(
    `{"schema": "holdfast.deployment/1", "name": "a", "revision": 1, "state": "present", "services": {"web": ${web}}}`,
  );
  expect(parsed).toMatchObject({ ok: false, faults: [{ path: `services.web.environment.${key}` }] });
  expectCleanWorld();
});

test.each([
  ['at the top', (deep: string) => `{"services": ${deep}, "state": "present"}`],
  ['in an unknown field', (deep: string) => `{"state": "present", "x": ${deep}}`],
  [
    'in a command',
    (deep: string) => `{"state": "present", "services": {"web": {"image": "a", "command": ${deep}}}}`,
  ],
  ['instead of a document', (deep: string) => deep],
])('lists nested as deep as a payload allows are refused %s', (_title, write) => {
  const depth = 30_000;
  expect(parseText(write('['.repeat(depth) + ']'.repeat(depth)))).toMatchObject({ ok: false });
});

test('objects nested as deep as a payload allows are refused', () => {
  const depth = 8_000;
  const deep = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  expect(parseText(`{"state": "present", "services": ${deep}}`)).toMatchObject({ ok: false });
});

test.each([
  ['list of ports', { ports: Array(15_000).fill(0) }, /^services\.web\.ports/],
  ['list of wrong mounts', { volumes: Array(15_000).fill([]) }, /^services\.web\.volumes/],
  ['list of arguments', { command: Array(15_000).fill('a') }, /^services\.web\.command$/],
  ['list of numbers', { command: Array(25_000).fill(1) }, /^services\.web\.command\[/],
  [
    'number of unknown fields',
    Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`x${i}`, 0])),
    /^services\.web\.x/,
  ],
  ['text', { command: ['a'.repeat(60_000)] }, /^services\.web\.command\[0\]$/],
  ['duration', { stop_grace_period: '1s'.repeat(30_000) }, /^services\.web\.stop_grace_period$/],
  ['number of digits', { stop_grace_period: '1'.repeat(60_000) }, /^services\.web\.stop_grace_period$/],
  ['image', { image: 'a-'.repeat(30_000) }, /^services\.web\.image$/],
  ['host name', { hostname: 'a.'.repeat(30_000) }, /^services\.web\.hostname$/],
  [
    'name of a service that is not there',
    { depends_on: { ['x'.repeat(20_000)]: { condition: 'service_started' } } },
    /^services\.web\.depends_on/,
  ],
  ['name of a network', { networks: { ['x'.repeat(20_000)]: {} } }, /^services\.web\.networks/],
  [
    'network mode',
    { network_mode: `service:${'x'.repeat(20_000)}`, hostname: 'a', dns: ['10.0.0.1'] },
    /^services\.web\./,
  ],
])('a huge %s is refused in good time, with short faults', (_title, service, path) => {
  const text = JSON.stringify(deploymentWith(service));
  const parsed = parseDeployment(JSON.parse(text));
  expect(parsed.ok).toBe(false);
  for (const fault of parsed.ok ? [] : parsed.faults) {
    expect(fault.path).toMatch(path);
    expect(fault.path.length + fault.message.length).toBeLessThan(300);
  }
});

test('as many services as a payload carries, in one chain, are refused in good time', () => {
  const services = Object.fromEntries(
    Array.from({ length: 800 }, (_, i) => [
      `s${i}`,
      { image: 'a', ...(i > 0 && { depends_on: { [`s${i - 1}`]: { condition: 'service_started' } } }) },
    ]),
  );
  expect(parseDeployment(deploymentWith({}, { services }))).toEqual({
    ok: false,
    faults: [{ path: 'services', message: 'expected at most 128 services' }],
  });
});

test('any JSON value at all is judged without a crash', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const parsed = parseDeployment(value);
      expect(parsed.ok ? 0 : parsed.faults.length).toBeGreaterThan(0);
    }),
  );
});

test('any JSON value in any place of a good document is judged without a crash, and pollutes nothing', () => {
  const documents = fixtures('deployment', 'accepted').map(({ value }) => value);
  const places = documents.flatMap((document) => placesIn(document).map((path) => ({ document, path })));
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.jsonValue(), ({ document, path }, value) => {
      const parsed = parseDeployment(changed(document, path, replaceBy(value)));
      for (const fault of parsed.ok ? [] : parsed.faults)
        expect(fault.message).not.toMatch(/^Invalid|undefined/);
      expectCleanWorld();
    }),
    { numRuns: 1000 },
  );
});

test('no fault of any refused fixture speaks of a type, an expression or a library', () => {
  for (const { value } of allFixtures('refused')) {
    const parsed = parseDeployment(value);
    for (const { message } of parsed.ok ? [] : parsed.faults)
      expect(message).not.toMatch(/Invalid|regex|undefined|\/\^/i);
  }
});
