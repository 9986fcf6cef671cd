// From a stored document to values: what an older agent took is brought within bounds, and what is no value is told.
import { expect, test } from 'vitest';
import { revisionOf } from '../../../../agent/model/document/revision.ts';
import { deploymentWith, fixtures } from '../../../protocol/fixtures.ts';

function read(service: object, rest: object = {}) {
  return revisionOf('sha256:x', JSON.stringify(deploymentWith(service, rest)))?.document ?? null;
}

test.each(fixtures('deployment', 'accepted'))('$title becomes values', ({ value }) => {
  expect(revisionOf('sha256:x', JSON.stringify(value))).not.toBeNull();
});

test('what an older agent took for longer is brought within the bounds where the agent waits for it', () => {
  const wide = read(
    {
      image: 'Acme/app',
      stop_grace_period: '2h',
      probe: { heartbeat: { target: '/beat', max_age: '1ms' }, timeout: '2h', failures: 5000 },
    },
    { update: { deadline: '30d', healthy_after: '2d', window: { cron: '0 2 * * *', length: '400d' } } },
  );
  const [hourMs, dayMs] = [3_600_000, 86_400_000];
  expect(wide).toMatchObject({
    services: [
      {
        service: {
          // A container is known by what it was made with.
          stopGraceMs: 2 * hourMs,
          image: { text: 'Acme/app', reference: null },
          probe: { kind: 'heartbeat', timeoutMs: hourMs, maxAgeMs: 100, maxAge: '100ms', intervalMs: 10_000 },
        },
      },
    ],
    update: { deadlineMs: 7 * dayMs, healthyAfterMs: dayMs, window: { lengthMs: 7 * dayMs } },
  });
});

test('a time that is too long for any engine says nothing', () => {
  const long = read({ stop_grace_period: '400d', healthcheck: { interval: '400d' } });
  expect(long).toMatchObject({
    services: [{ service: { stopGraceMs: 10_000, healthcheck: { intervalMs: null } } }],
  });
});

test.each([
  ['a time that an engine reads', { stop_grace_period: 'soon' }],
  ['a time of the agent', { probe: { tcp: { port: 80 }, interval: 'often' } }],
  ['a limit', { deploy: { resources: { limits: { memory: 'much' } } } }],
  ['a limit past all that can be counted', { deploy: { resources: { limits: { memory: '99999999T' } } } }],
  ['a number of cores', { deploy: { resources: { limits: { cpus: 'all' } } } }],
  ['a size', { shm_size: '1x' }],
  ['a mode', { volumes: [{ type: 'bind', source: './a', target: '/a', bind: { mode: '0999' } }] }],
  ['an owner', { volumes: [{ type: 'bind', source: './a', target: '/a', bind: { owner: 'root' } }] }],
  ['a policy', { restart: 'sometimes' }],
  ['a platform', { platform: 'windows/amd64' }],
  ['a port', { ports: [{ target: 80, published: 'any' }] }],
  ['a probe', { probe: {} }],
])('%s that is none makes it unreadable, and is never a zero', (_what, service) => {
  expect(read({})).not.toBeNull();
  expect(read(service)).toBeNull();
});
