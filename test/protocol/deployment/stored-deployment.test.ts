// What was accepted under wider bounds: read by its shape.
import { expect, test } from 'vitest';
import { parseDeployment, parseStoredDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { deploymentWith } from '../fixtures.ts';

const wide = deploymentWith(
  {
    image: 'Acme/app',
    stop_grace_period: '2h',
    probe: { heartbeat: { target: '/beat', max_age: '1ms' }, timeout: '2h', failures: 5000 },
  },
  { update: { deadline: '30d', healthy_after: '2d', window: { cron: '0 2 * * *', length: '400d' } } },
);

test('is refused as one that arrives, and read as one that is stored', () => {
  expect(parseDeployment(wide).ok).toBe(false);
  expect(parseStoredDeployment(wide)).toMatchObject({
    services: { web: { image: 'Acme/app' } },
    update: { deadline: '30d' },
  });
});

test.each([
  ['an unknown field', { ...deploymentWith({}), novelty: true }],
  ['a field of another type', deploymentWith({ image: 7 })],
  ['a field that is missing', deploymentWith({ image: undefined })],
  ['a word that is none of the known', deploymentWith({ pull_policy: 'daily' })],
])('%s is no shape that is known', (_what, value) => {
  expect(parseStoredDeployment(value)).toBeNull();
});
