import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deploymentSchema } from '../../../protocol/deployment/deployment.ts';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { parseWith } from '../../../protocol/faults.ts';
import { contentHash } from '../../../protocol/values/canonical-json.ts';
import { deploymentWith, fixtures, fixtureText } from '../fixtures.ts';

const contract = (): ReturnType<typeof deploymentWith> =>
  JSON.parse(fixtureText('deployment/accepted/contract.json'));

test('the shape of the example that the contract prints is accepted', () => {
  expect(parseWith(deploymentSchema, contract())).toMatchObject({ ok: true });
});

test("the contract's example leaves out the service that it depends on, and only that is told", () => {
  expect(parseDeployment(contract())).toEqual({
    ok: false,
    faults: [{ path: 'services.detector.depends_on.store', message: 'no such service' }],
  });
});

test("the contract's example is accepted with that service beside it", () => {
  const whole = contract();
  whole.services.store = { image: 'redis:7' };
  const parsed = parseDeployment(whole);
  expect(parsed).toMatchObject({ ok: true, value: { hash: contentHash(whole), document: whole } });
});

test.each(fixtures('deployment', 'accepted').filter(({ title }) => title !== 'contract'))(
  'the document "$title" is accepted',
  ({ value }) => {
    expect(parseDeployment(value)).toMatchObject({ ok: true, value: { hash: contentHash(value) } });
  },
);

test.each(fixtures('deployment', 'refused'))('the document "$title" is refused', ({ value }) => {
  expect(parseDeployment(value)).toMatchObject({ ok: false });
});

test('what may be left out gets its default', () => {
  const parsed = parseDeployment(
    deploymentWith({
      ports: [{ target: 80, published: '80' }],
      probe: { http: { port: 80 } },
    }),
  );
  expect(parsed).toMatchObject({
    value: {
      document: {
        volumes: {},
        networks: {},
        update: { strategy: 'stop-first', healthy_after: '10s', deadline: '5m', on_failure: 'rollback' },
        services: {
          web: {
            ports: [{ protocol: 'tcp' }],
            probe: { http: { path: '/' }, interval: '10s', timeout: '2s', failures: 3, grace: '30s' },
          },
        },
      },
    },
  });
  const absent = { schema: 'holdfast.deployment/1', name: 'hello', revision: 2, state: 'absent' };
  expect(parseDeployment(absent)).toMatchObject({ value: { document: { purge: [] } } });
});

test.each<[string, object]>([
  ['a probe with no grace', { probe: { tcp: { port: 1 }, grace: '0s' } }],
  [
    'a probe at its fastest',
    { probe: { tcp: { port: 65_535 }, interval: '100ms', timeout: '0.1s', failures: 1 } },
  ],
  [
    'the least of every limit',
    { deploy: { resources: { limits: { cpus: '0.01', memory: '6M', pids: 1 } } } },
  ],
  ['a health check that is switched off', { healthcheck: { test: ['NONE'], retries: 0 } }],
  [
    'one port on two addresses',
    { ports: ['127.0.0.1', '::1'].map((host_ip) => ({ target: 1, published: '1', host_ip })) },
  ],
  [
    'one port of two protocols',
    { ports: ['tcp', 'udp'].map((protocol) => ({ target: 1, published: '1', protocol })) },
  ],
  ['a name with dots in a path', { volumes: [{ type: 'tmpfs', target: '/a..b/...' }] }],
])('a service with %s is accepted', (_title, service) => {
  expect(parseDeployment(deploymentWith(service))).toMatchObject({ ok: true });
});

test('two services that wait for the same third are no ring', () => {
  const on = (...names: string[]): object => ({
    image: 'a',
    depends_on: Object.fromEntries(names.map((name) => [name, { condition: 'service_started' }])),
  });
  const services = { a: on('b', 'c'), b: on('d'), c: on('d'), d: { image: 'a' } };
  expect(parseDeployment(deploymentWith({}, { services }))).toMatchObject({ ok: true });
});

test('the hash names what was sent, not what the defaults made of it', () => {
  const short = parseDeployment(deploymentWith());
  const long = parseDeployment(deploymentWith({}, { volumes: {} }));
  expect(short).toMatchObject({ value: { hash: contentHash(deploymentWith()) } });
  expect(long.ok && short.ok && long.value.hash !== short.value.hash).toBe(true);
});

test('no key of a variable is lost, whatever it is called', () => {
  const variables = fc.dictionary(
    fc.oneof(fc.string(), fc.constantFrom('toString', 'valueOf', '0')),
    fc.string(),
  );
  fc.assert(
    fc.property(variables, (environment) => {
      const parsed = parseDeployment(JSON.parse(JSON.stringify(deploymentWith({ environment }))));
      if (!parsed.ok || parsed.value.document.state !== 'present') return;
      const kept = parsed.value.document.services.web?.environment ?? {};
      expect(Object.entries(kept).toSorted()).toEqual(Object.entries(environment).toSorted());
    }),
  );
});
