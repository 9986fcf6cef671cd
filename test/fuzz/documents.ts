// Good documents and commands, of every shape that the schemas allow.
import fc from 'fast-check';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { fixtures } from '../protocol/fixtures.ts';

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((text) => text !== 'constructor');
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const duration = fc.constantFrom('100ms', '1s', '30s', '1m30s', '1h');
const windowLength = fc.constantFrom('1m', '1m30s', '2h', '7d');
const size = fc.constantFrom('16M', '64m', '1g', '268435456');
const port = fc.integer({ min: 1, max: 65_535 });

/** Each key by itself is left out at times. */
function some(keys: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<object> {
  return fc.record(keys, { requiredKeys: [] });
}

const image = fc
  .tuple(
    fc.constantFrom('', 'registry.example.com/', 'localhost:5000/'),
    word,
    fc.constantFrom('', ':1', ':1.4.2'),
  )
  .map((parts) => parts.join(''));

const probe = fc
  .tuple(
    fc.oneof(
      fc.record({ http: fc.record({ port, path: fc.constantFrom('/', '/healthz?a=1') }) }),
      fc.record({ tcp: fc.record({ port }) }),
      fc.record({ heartbeat: fc.record({ target: fc.constant('/run/beat'), file: word }) }),
    ),
    some({
      interval: duration,
      timeout: duration,
      failures: fc.integer({ min: 1, max: 9 }),
      grace: duration,
    }),
  )
  .map(([kind, timing]) => ({ ...kind, ...timing }));

const service = fc
  .tuple(
    image,
    some({
      command: fc.array(text, { maxLength: 5 }),
      environment: fc.dictionary(fc.stringMatching(/^[A-Z][A-Z0-9_]{0,12}$/), text, { maxKeys: 5 }),
      labels: fc.dictionary(word, text, { maxKeys: 3 }),
      working_dir: word.map((name) => `/${name}`),
      user: fc.constantFrom('1000', 'app:app', '1000:1000'),
      hostname: word,
      init: fc.boolean(),
      read_only: fc.boolean(),
      restart: fc.constantFrom('no', 'always', 'unless-stopped', 'on-failure:3'),
      stop_grace_period: duration,
      stop_signal: fc.constantFrom('SIGTERM', 'INT'),
      cap_drop: fc.constant(['ALL']),
      extra_hosts: fc.dictionary(word, fc.constant(['10.0.0.1', 'host-gateway']), { maxKeys: 2 }),
      deploy: some({
        cpus: fc.constantFrom('0.5', '2'),
        memory: size,
        pids: fc.integer({ min: 1, max: 500 }),
      }).map((limits) => ({ resources: { limits } })),
      healthcheck: some({ interval: duration, timeout: duration }).map((timing) => ({
        test: ['CMD', 'true'],
        ...timing,
      })),
      probe,
    }),
  )
  .map(([image, keys]) => ({ image, ...keys }));

const update = fc.oneof(
  some({
    strategy: fc.constantFrom('stop-first', 'start-first'),
    on_failure: fc.constantFrom('rollback', 'keep'),
  }),
  fc.record({
    window: fc.record({ cron: fc.constantFrom('0 2 * * *', '*/5 * 1,15 * MON-FRI'), length: windowLength }),
    hold: fc.boolean(),
  }),
);

const head = {
  schema: fc.constant('holdfast.deployment/1'),
  name: fc.oneof(fc.constantFrom('line', 'other'), word),
  revision: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
};

const present = fc
  .tuple(
    fc.record({ ...head, services: fc.dictionary(word, service, { minKeys: 1, maxKeys: 4 }) }),
    some({ update, rollout: fc.record({ percent: fc.nat(100), salt: word }) }),
  )
  .map(([required, optional]) => ({ state: 'present', ...required, ...optional }));

const absent = fc
  .record({ ...head, purge: fc.array(fc.oneof(word, fc.constantFrom('./', './data')), { maxLength: 3 }) })
  .map((keys) => ({ state: 'absent', ...keys }));

const inherit = fc.record(head).map((keys) => ({ state: 'inherit', ...keys }));

/** Some fixtures are of good shape and yet name a service that is not there. */
const whole = fixtures('deployment', 'accepted')
  .map(({ value }) => value)
  .filter((value) => parseDeployment(value).ok);

/** Every one is valid. The fixtures have every key there is, and what the agent must not take wrong. */
export const goodDocument: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: present },
  { weight: 1, arbitrary: absent },
  { weight: 1, arbitrary: inherit },
  { weight: 2, arbitrary: fc.constantFrom(...whole) },
);

export const goodCommand: fc.Arbitrary<unknown> = fc.record({
  schema: fc.constant('holdfast.command/1'),
  id: fc.constantFrom('c1', 'c2', '2026-11-23_a'),
  verb: fc.constantFrom('restart', 'logs', 'retry', 'pause', 'resume', 'report'),
  args: some({ deployment: word, service: word, lines: fc.nat(5000) }),
});
