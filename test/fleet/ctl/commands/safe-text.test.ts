// What devices, services and brokers write cannot drive the terminal that it is shown on.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  AT,
  FakeDevice,
  makePresence,
  makeService,
  makeState,
  makeStatus,
  PREFIX,
} from '../../support/fake-device.ts';
import { runHoldfastctl } from '../../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
let device: FakeDevice | null = null;
beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(async () => {
  await device?.close();
  device = null;
  await broker.close();
});

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const ALL = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((character) => UNPRINTABLE.test(character));
/** Each of them between two letters, and what a terminal would obey. */
const HOSTILE = `a${ALL.join('b')}\u001b]0;owned\u0007\u001b[2Jc`;

/** What is no line end, nor what this program itself writes onto a terminal. */
function strayIn(output: string): string[] {
  const ours = ['\n', '\r\u001b[K', ...[1, 22, 31, 32, 33, 39].map((code) => `\u001b[${code}m`)];
  const foreign = ours.reduce((text, one) => text.replaceAll(one, ''), output);
  return [...foreign].filter((character) => UNPRINTABLE.test(character));
}

const reason = { code: HOSTILE, path: HOSTILE, message: HOSTILE, hint: HOSTILE, log: [HOSTILE, HOSTILE] };
const failure = { code: HOSTILE, message: HOSTILE, at: AT };
const services = {
  web: makeService({ image: HOSTILE, state: 'exited', exit_code: 1, last_failure: failure }),
};
const refused = { revision: 1, code: HOSTILE, path: HOSTILE, message: HOSTILE, at: AT };

async function retain(leaf: string, value: unknown): Promise<void> {
  await broker.publishRetained(`${PREFIX}/devices/edge-01/${leaf}`, value);
}

function expectSafe({ stdout, stderr }: { stdout: string; stderr: string }): void {
  expect(strayIn(stdout)).toEqual([]);
  expect(strayIn(stderr)).toEqual([]);
}

test('there are some hundred of them', () => {
  expect(ALL.length).toBeGreaterThan(200);
});

describe.each([
  ['a terminal', { isTerminal: true, columns: 5000 }],
  ['a file', {}],
])('on %s', (_name, where) => {
  const run = (...args: string[]) => runHoldfastctl(args, { broker: broker.url, ...where });

  test.each([[[]], [['--json']]])('status %j shows none', async (more) => {
    await retain('presence', makePresence(true));
    await retain('state', { ...makeState('edge-01', []), os: HOSTILE });
    await retain('status/hello', makeStatus({ phase: 'failed', reason, services }));
    await retain('status/refused', makeStatus({ deployment: 'refused', refused }));
    await retain('status/bad', { schema: HOSTILE, [HOSTILE]: HOSTILE });
    await retain('status/none', HOSTILE);
    const result = await run('status', ...more);
    expectSafe(result);
    if (more.length > 0)
      expect(JSON.parse(result.stdout).devices[0].deployments.hello.reason.message).toBe(HOSTILE);
  });

  test.each([[[]], [['--json']]])('deploy --wait %j shows none', async (more) => {
    device = await FakeDevice.connect(broker.url, 'edge-01');
    await device.answer(['devices/edge-01'], () => [
      { phase: 'waiting', reason },
      { phase: 'switching', reason, services },
      { phase: 'failed', reason, services },
    ]);
    const result = await run('deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait', ...more);
    expect(result.code).toBe(1);
    expectSafe(result);
  });

  test('a refusal, and what is retained and no document, show none', async () => {
    device = await FakeDevice.connect(broker.url, 'edge-01');
    await device.answer(['devices/edge-01'], ({ revision }) => [
      { desired: null, refused: { ...refused, revision } },
    ]);
    expectSafe(await run('deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait'));
    await device.close();
    await broker.publishRetained(`${PREFIX}/devices/edge-01/deployments/hello`, HOSTILE);
    expectSafe(await run('deploy', 'hello.yaml', '--to', 'devices/edge-01'));
  });

  test('a guess at what was meant shows none', async () => {
    const deployments = [{ name: `helo${HOSTILE.slice(-1)}`, revision: 1, phase: 'converged' }];
    await retain('state', { ...makeState('edge-01', ['berlin']), deployments });
    expectSafe(await run('remove', 'helo', '--to', 'devices/edge-01'));
    expectSafe(await run('remove', 'helo', '--to', 'groups/berln'));
  });
});
