import { afterEach, beforeEach, expect, test } from 'vitest';
import { makePresence, makeState, makeStatus, PREFIX } from '../../support/fake-device.ts';
import { runHoldfastctl } from '../../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(() => broker.close());

const AT = `${PREFIX}/devices/edge-01`;
const KEPT = [`${PREFIX}/devices/edge-010/presence`, `${PREFIX}/groups/berlin/deployments/hello`];
const OWN = ['deployments/hello', 'status/hello', 'status/other', 'state', 'presence'].map(
  (leaf) => `${AT}/${leaf}`,
);

async function report(isOnline: boolean): Promise<void> {
  for (const topic of [...KEPT, `${AT}/deployments/hello`]) await broker.publishRetained(topic, { any: 1 });
  await broker.publishRetained(`${AT}/status/hello`, makeStatus({}));
  await broker.publishRetained(`${AT}/status/other`, 'no JSON');
  await broker.publishRetained(`${AT}/state`, makeState('edge-01', []));
  await broker.publishRetained(`${AT}/presence`, makePresence(isOnline));
}

const retained = async (topics: readonly string[]) => {
  const found = await Promise.all(topics.map((topic) => broker.retained(topic)));
  return found.filter((text) => text !== null && text !== '').length;
};

const run = (...args: string[]) => runHoldfastctl(['forget', ...args], { broker: broker.url });

test('clears all that is retained of a device, and nothing else', async () => {
  await report(false);
  expect(await run('edge-01')).toEqual({
    ...{ code: 0, stderr: '', stdout: 'forgot edge-01: 5 retained messages are cleared\n' },
  });
  expect(await retained(OWN)).toBe(0);
  expect(await retained(KEPT)).toBe(2);
});

test('--json lists what was cleared, the presence last', async () => {
  await report(false);
  const { code, stdout } = await run('devices/edge-01', '--json');
  expect(code).toBe(0);
  const answer = JSON.parse(stdout);
  expect(answer).toMatchObject({ device: 'edge-01', complete: true });
  expect(new Set(answer.cleared)).toEqual(new Set(OWN));
  expect(answer.cleared.at(-1)).toBe(`${AT}/presence`);
});

test('clears nothing of one that is online, but with --force', async () => {
  await report(true);
  const { code, stderr } = await run('edge-01');
  expect(code).toBe(2);
  expect(stderr).toContain('edge-01 is online: it would report again');
  expect(await retained(OWN)).toBe(5);
  expect(await run('edge-01', '--force')).toMatchObject({ code: 0 });
  expect(await retained(OWN)).toBe(0);
});

test('of one that nobody knows names the nearest', async () => {
  await report(false);
  const { code, stderr } = await run('edge-02');
  expect(code).toBe(2);
  expect(stderr).toContain('nothing is retained of a device "edge-02"\nhint: did you mean edge-01');
});
