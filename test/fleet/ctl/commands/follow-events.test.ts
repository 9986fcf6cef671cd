import { afterEach, beforeEach, expect, test } from 'vitest';
import { AT, PREFIX } from '../../support/fake-device.ts';
import { runHoldfastctl } from '../../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(() => broker.close());

const failed = {
  seq: 2,
  at: AT,
  type: 'service_failed',
  deployment: 'hello',
  service: 'web',
  code: 'exited',
  message: 'it exited with code 1',
};
const batch = (...events: object[]) => ({ schema: 'holdfast.events/1', boot_id: 'boot', events });
const tell = (device: string, value: unknown) =>
  broker.publishRetained(`${PREFIX}/devices/${device}/events`, value);

/** Follows until as many lines are out. */
async function follow(lines: number, ...args: string[]) {
  const ending = new AbortController();
  return runHoldfastctl(['events', '-f', ...args], {
    broker: broker.url,
    signal: ending.signal,
    onStdout: (stdout) => {
      if (stdout.split('\n').length > lines) ending.abort(new Error('SIGINT'));
    },
  });
}

test('tells what devices tell, without samples, until it is interrupted', async () => {
  await tell('edge-01', batch({ seq: 1, at: AT, type: 'sample' }, failed));
  await tell('edge-02', batch({ ...failed, service: 'other' }));
  const { code, stdout, stderr } = await follow(2);
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(stdout.split('\n').toSorted()).toEqual([
    '',
    'edge-01 2026-11-22T10:00:00Z hello/web: failed: it exited with code 1 (exited)',
    'edge-02 2026-11-22T10:00:00Z hello/other: failed: it exited with code 1 (exited)',
  ]);
});

test('of one device leaves the others out, and --json writes a line for each', async () => {
  await tell('edge-02', batch(failed));
  await tell('edge-01', batch(failed));
  const { code, stdout } = await follow(1, 'edge-01', '--json');
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toEqual({ device: 'edge-01', ...failed });
});

test('what is no batch of events is said once, and the others go on', async () => {
  await tell('edge-01', 'nonsense');
  await tell('edge-02', batch(failed));
  const { stdout, stderr } = await follow(1);
  expect(stdout).toContain('edge-02');
  expect(stderr).toBe(`note: what came on ${PREFIX}/devices/edge-01/events cannot be read\n`);
});

test('without -f a device has to be named', async () => {
  const { code, stderr } = await runHoldfastctl(['events'], { broker: broker.url });
  expect(code).toBe(2);
  expect(stderr).toContain('name a device, or listen to all with -f');
});
