import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Status } from '../../../../protocol/reports/status.ts';
import { AT, makePresence, makeService, makeState, makeStatus, PREFIX } from '../../support/fake-device.ts';
import { runHoldfastctl } from '../../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(() => broker.close());

const run = (...args: string[]) => runHoldfastctl(['status', ...args], { broker: broker.url });
const desired = { revision: 3, hash: `sha256:${'a'.repeat(64)}` };

async function report(device: string, groups: string[], status: Partial<Status> | null, online = true) {
  const at = `${PREFIX}/devices/${device}`;
  await broker.publishRetained(`${at}/presence`, makePresence(online));
  await broker.publishRetained(`${at}/state`, makeState(device, groups));
  if (status === null) return;
  await broker.publishRetained(`${at}/status/hello`, makeStatus({ desired, running: desired, ...status }));
}

describe('status', () => {
  test('is a table with a row for each deployment, good when all converged', async () => {
    await report('edge-02', [], null, false);
    await report('edge-01', [], {
      services: { web: makeService(), store: makeService({ health: 'unknown' }) },
    });
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['DEVICE', 'ONLINE', 'DEPLOYMENT', 'DESIRED', 'RUNNING', 'PHASE', 'DETAIL', 'REPORTED'],
      ['edge-01', 'yes', 'hello', '3', '3', 'converged', 'web healthy, store running', AT],
      ['edge-02', 'no', '-', '-', '-', '-', AT],
      [''],
    ]);
    expect(stdout).not.toContain('\u001b');
  });

  test.each<[string, Partial<Status>, string]>([
    ['rolled back', { phase: 'rolled_back', reason: { code: 'unhealthy', message: 'm' } }, 'unhealthy: m'],
    [
      'degraded',
      { phase: 'degraded', services: { web: makeService({ health: 'unhealthy' }) } },
      'web unhealthy',
    ],
    ['under way', { phase: 'proving' }, 'proving'],
    [
      'refused',
      { refused: { revision: 4, code: 'stale', path: 'revision', message: 'm', at: AT } },
      'refused revision 4: stale: m (revision)',
    ],
  ])('%s is bad news', async (_name, status, detail) => {
    await report('edge-01', [], status);
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toContain(detail);
  });

  test('of one device or one group leaves the others out', async () => {
    await report('edge-01', ['berlin'], {});
    await report('edge-02', ['hamburg'], { phase: 'failed' });
    for (const whom of ['devices/edge-01', 'groups/berlin']) {
      const { code, stdout } = await run(whom);
      expect(code).toBe(0);
      expect(stdout).not.toContain('edge-02');
    }
  });

  test('--json has everything that was reported', async () => {
    await report('edge-01', ['berlin'], { phase: 'failed' });
    const { code, stdout } = await run('--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      devices: [
        {
          device: 'edge-01',
          presence: { online: true },
          state: { groups: ['berlin'] },
          deployments: { hello: { phase: 'failed' } },
        },
      ],
    });
  });

  test('what no device reported is bad news', async () => {
    const { code, stderr } = await run('devices/edge-09');
    expect(code).toBe(1);
    expect(stderr).toContain('nothing of devices/edge-09 has been reported');
  });

  test.each([
    ['devices/edge-o1', 'devices/edge-01'],
    ['groups/berlim', 'groups/berlin'],
  ])('of nobody by the name %s tells the nearest', async (asked, nearest) => {
    await report('edge-01', ['berlin'], {});
    await report('other-77', ['hamburg'], {});
    const { code, stdout, stderr } = await run(asked);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `error: nothing of ${asked} has been reported to this broker and topic prefix\nhint: did you mean ${nearest}?\n`,
    );
    expect((await run('devices/zz')).stderr).not.toContain('hint');
  });

  test('--ca of a file that cannot be read is wrong usage, and names the file', async () => {
    const { code, stderr } = await run('--broker', 'mqtts://127.0.0.1', '--ca', 'nowhere.pem');
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /^error: the authority \/.*\/nowhere\.pem cannot be read: there is no such file\n$/,
      ),
    });
  });

  test('a status that cannot be read is noted with its topic', async () => {
    await report('edge-01', [], null);
    await broker.publishRetained(`${PREFIX}/devices/edge-01/status/hello`, { schema: 'x' });
    const { stderr } = await run();
    expect(stderr).toContain(`note: ${PREFIX}/devices/edge-01/status/hello cannot be read: `);
  });

  test('hundreds of devices come whole', async () => {
    for (let index = 0; index < 300; index += 1) await report(`edge-${index}`, [], {});
    const { code, stdout } = await run('--json');
    expect(code).toBe(0);
    const { devices } = JSON.parse(stdout);
    expect(devices).toHaveLength(300);
    expect(devices.every(({ deployments }: { deployments: object }) => 'hello' in deployments)).toBe(true);
  });

  test('as many messages as a broker gives at once are told, once, and are no success', async () => {
    await report('edge-01', [], {});
    for (let index = 1; index < 1000; index += 1)
      await broker.publishRetained(`${PREFIX}/devices/d-${index}/presence`, makePresence(true));
    const { code, stdout, stderr } = await run('--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false });
    expect(stderr).toMatch(
      /^note: the list may be cut short: 1000 messages came for \S+presence, .*match_retained_limit/,
    );
    expect(stderr.split('\n')).toHaveLength(2);
  });

  test('colours are on a terminal only, and not with NO_COLOR', async () => {
    await report('edge-01', [], {});
    const outputOf = async (environment: Record<string, string>) =>
      (await runHoldfastctl(['status'], { broker: broker.url, isTerminal: true, environment })).stdout;
    expect(await outputOf({})).toContain('\u001b[32mconverged\u001b[39m');
    expect(await outputOf({ NO_COLOR: '1' })).not.toContain('\u001b');
  });

  test.each([
    [120, / {2}exited: (?:long ){6}…(?: {2}|$)/m],
    [230, / {2}exited: (?:long ){20}\(services\.web\) {2}/],
  ])('on a terminal of %d columns the details take the rest', async (columns, detail) => {
    const message = 'long '.repeat(20).trim();
    await report('edge-01', [], {
      phase: 'failed',
      reason: { code: 'exited', message, path: 'services.web' },
    });
    const options = { broker: broker.url, isTerminal: true, columns, environment: { NO_COLOR: '1' } };
    const { stdout } = await runHoldfastctl(['status'], options);
    expect(stdout).toMatch(detail);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  });
});
