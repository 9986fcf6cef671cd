import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Status } from '../../../../protocol/reports/status.ts';
import { rolloutPosition } from '../../../../protocol/values/rollout.ts';
import {
  AT,
  FakeDevice,
  makePresence,
  makeService,
  makeState,
  makeStatus,
  PREFIX,
  type Script,
} from '../../support/fake-device.ts';
import { runHoldfastctl } from '../../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
const devices: FakeDevice[] = [];

beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await broker.close();
});

const HASH = `sha256:${'b'.repeat(64)}`;
const topicOf = (to: string, name = 'hello') => `${PREFIX}/${to}/deployments/${name}`;
const run = (...args: string[]) => runHoldfastctl(args, { broker: broker.url });
const deploy = (to: string, ...args: string[]) => run('deploy', 'hello.yaml', '--to', to, ...args);

async function addDevice(id: string, script: Script, groups: string[] = []): Promise<FakeDevice> {
  const device = await FakeDevice.connect(broker.url, id, groups);
  devices.push(device);
  await device.answer([`devices/${id}`, ...groups.map((group) => `groups/${group}`)], script);
  return device;
}
/** Lets a device hold its answer until the command shows that it looks. */
function followingBegins(sign = /has not answered yet/) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onStdout = (stdout: string) => {
    if (sign.test(stdout)) resolve();
  };
  return { begun: promise, onStdout };
}
async function publishedOn(topic: string): Promise<Record<string, unknown> | null> {
  const text = await broker.retained(topic);
  return text === null ? null : JSON.parse(text);
}

/** Cuts the lines of the clients whose id begins so. */
function dropClients({ aedes }: TestBroker, idPrefix: string): void {
  const clients = Object.values(
    Reflect.get(aedes, 'clients') as Record<string, { id: string; close(): void }>,
  );
  for (const client of clients.filter(({ id }) => id.startsWith(idPrefix))) client.close();
}

/** A device that has reported before, and does not answer. */
async function report(device: string, groups: string[] = [], deployments: string[] = []): Promise<void> {
  const at = `${PREFIX}/devices/${device}`;
  await broker.publishRetained(`${at}/presence`, makePresence(true));
  const named = deployments.map((name) => ({ name, revision: 1, phase: 'converged' }));
  await broker.publishRetained(`${at}/state`, { ...makeState(device, groups), deployments: named });
}

describe('deploy', () => {
  beforeEach(() => report('edge-01', ['berlin']));

  test('publishes revision 1, then 2, retained', async () => {
    expect(await deploy('devices/edge-01')).toEqual({
      code: 0,
      stdout: 'published hello revision 1 to devices/edge-01\n',
      stderr: '',
    });
    expect(await publishedOn(topicOf('devices/edge-01'))).toMatchObject({ revision: 1, state: 'present' });
    const second = await runHoldfastctl(['deploy', 'hello.yaml', '--to', 'devices/edge-01'], {
      broker: broker.url,
      environment: { IMAGE: 'hello:2' },
    });
    expect(second.stdout).toContain('revision 2');
    expect(await publishedOn(topicOf('devices/edge-01'))).toMatchObject({
      revision: 2,
      services: { web: { image: 'hello:2' } },
    });
  });

  test('says so when there is nothing to change, and leaves what is retained', async () => {
    await deploy('groups/berlin');
    const before = await broker.retained(topicOf('groups/berlin'));
    const { code, stdout } = await deploy('groups/berlin');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'nothing to change: groups/berlin has hello revision 1 already\n',
    });
    expect(await broker.retained(topicOf('groups/berlin'))).toBe(before);
  });

  test('--json tells revision and hash', async () => {
    const { stdout } = await deploy('devices/edge-01', '--json', '--revision', '9', '--percent', '5');
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'hello',
      to: 'devices/edge-01',
      topic: topicOf('devices/edge-01'),
      revision: 9,
      published: true,
      hash: expect.stringMatching(/^sha256:/),
    });
  });

  test('a revision that devices would refuse is not published', async () => {
    await deploy('devices/edge-01', '--revision', '9');
    const { code, stdout, stderr } = await deploy('devices/edge-01', '--revision', '3');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('error: devices/edge-01: revision 3 is taken: revision 9 is published already');
    expect(stderr).toContain('hint: leave the number out, and it becomes 10');
    expect(await publishedOn(topicOf('devices/edge-01'))).toMatchObject({ revision: 9 });
  });

  test('goes on above what devices have, also after a broker has lost all that it retained', async () => {
    const desired = { revision: 13, hash: `sha256:${'0'.repeat(64)}` };
    const status = makeStatus({ source: 'groups/berlin', desired });
    await broker.publishRetained(`${PREFIX}/devices/edge-01/status/hello`, status);
    expect((await deploy('groups/berlin')).stdout).toContain('published hello revision 14 to groups/berlin');
    expect((await deploy('devices/edge-01')).stdout).toContain('revision 1 to devices/edge-01');
  });

  test('to several addressees is published and told for each, and to none if one cannot be', async () => {
    await report('edge-02', []);
    const both = ['--to', 'devices/edge-02', '--to', 'devices/edge-02'];
    const { code, stdout } = await deploy('devices/edge-01', ...both);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        'published hello revision 1 to devices/edge-01\npublished hello revision 1 to devices/edge-02\n',
    });
    const changed = ['--profile', 'none', '--name', 'other'];
    const failed = await deploy('devices/edge-01', '--to', 'devices/edge-09', ...changed);
    expect(failed.code).toBe(2);
    expect(await publishedOn(topicOf('devices/edge-01', 'other'))).toBeNull();
    const json = await deploy('devices/edge-01', '--to', 'devices/edge-02', ...changed, '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      complete: true,
      exit_code: 0,
      publications: [{ to: 'devices/edge-01' }, { to: 'devices/edge-02', revision: 1 }],
    });
  });

  test.each([
    [
      'devices/edge-O1'.toLowerCase(),
      'no device "edge-o1" has ever reported',
      'did you mean devices/edge-01? --force',
    ],
    ['groups/berln', 'no device reports to be of the group "berln"', 'did you mean groups/berlin? --force'],
    ['devices/other', 'no device "other" has ever reported', 'hint: --force publishes'],
  ])('to %s, which nobody is known by, needs --force', async (to, message, hint) => {
    const { code, stderr } = await deploy(to);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
    expect(await publishedOn(topicOf(to))).toBeNull();
    expect(await deploy(to, '--force')).toMatchObject({ code: 0 });
    expect(await publishedOn(topicOf(to))).toMatchObject({ revision: 1 });
    // What stands there was meant.
    expect(await deploy(to)).toMatchObject({ code: 0 });
  });

  test('to a device says whose document is hidden from now on, and how that ends', async () => {
    await deploy('groups/berlin');
    const { code, stderr } = await deploy('devices/edge-01');
    expect(code).toBe(0);
    expect(stderr).toBe(
      'note: from now on edge-01 follows its own document and not groups/berlin; ' +
        'end that with: holdfastctl remove hello --to devices/edge-01 --inherit\n',
    );
  });

  test('another topic prefix is another fleet', async () => {
    await deploy('devices/edge-01', '--topic-prefix', 'other/v1', '--force');
    expect(await broker.retained(topicOf('devices/edge-01'))).toBeNull();
    expect(await broker.retained('other/v1/devices/edge-01/deployments/hello')).not.toBeNull();
  });

  test('what is retained and no document is not written over', async () => {
    await broker.publishRetained(topicOf('devices/edge-01'), 'no json');
    const { code, stderr } = await deploy('devices/edge-01');
    expect(code).toBe(2);
    expect(stderr).toContain('is no document');
    expect(await broker.retained(topicOf('devices/edge-01'))).toBe('no json');
  });

  test.each<[string, string[], string]>([
    ['a target', ['--to', 'edge-01'], '"edge-01" is no target'],
    ['a revision', ['--to', 'devices/a', '--revision', '0'], '--revision "0"'],
    ['a percentage', ['--to', 'devices/a', '--percent', '101'], '--percent "101"'],
    ['a timeout', ['--to', 'devices/a', '--timeout', 'soon'], '--timeout "soon"'],
    ['a prefix', ['--to', 'devices/a', '--topic-prefix', '/x/'], 'the topic prefix "/x/"'],
    ['no target', [], "required option '--to"],
  ])('%s that is wrong is wrong usage', async (_name, args, message) => {
    const { code, stderr } = await run('deploy', 'hello.yaml', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(await publishedOn(topicOf('devices/a'))).toBeNull();
  });
});

describe('deploy --wait', () => {
  test('converged is good, with a line for each change and none for bytes', async () => {
    const looking = followingBegins();
    await addDevice('edge-01', async () => {
      await looking.begun;
      return [
        {
          phase: 'pulling',
          services: { web: makeService({ progress: { current_bytes: 1024, total_bytes: 4096 } }) },
        },
        {
          phase: 'pulling',
          services: { web: makeService({ progress: { current_bytes: 2048, total_bytes: 4096 } }) },
        },
        { phase: 'proving', services: { web: makeService({ health: 'starting' }) } },
        { phase: 'converged', services: { web: makeService() } },
      ];
    });
    const args = ['deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait'];
    const { code, stdout, stderr } = await runHoldfastctl(args, { broker: broker.url, ...looking });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'published hello revision 1 to devices/edge-01',
      'edge-01: has not answered yet',
      'edge-01: pulling web 1.0 KiB of 4.0 KiB',
      'edge-01: proving (web starting)',
      expect.stringMatching(/^edge-01: converged at revision 1 after \d+(ms|s)$/),
      '',
    ]);
    expect(stdout).not.toContain('\u001b');
  });

  test('on a terminal one line is redrawn, and clipped to the width', async () => {
    const reason = {
      code: 'window',
      message: 'a long reason that would wrap on a narrow terminal, and so on',
    };
    const looking = followingBegins();
    await addDevice('edge-01', async () => {
      await looking.begun;
      return [{ phase: 'waiting', reason }, { phase: 'converged' }];
    });
    const args = ['deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait'];
    const { code, stdout } = await runHoldfastctl(args, { broker: broker.url, isTerminal: true, ...looking });
    expect(code).toBe(0);
    const frames = stdout.split('\r\u001b[K');
    expect(frames.some((frame) => frame.includes('edge-01: waiting: window: a long'))).toBe(true);
    for (const frame of frames.slice(1, -1)) expect(frame.length).toBeLessThan(60);
    expect(frames.some((frame) => /^edge-01: converged at revision 1 after/.test(frame))).toBe(true);
    expect(frames.at(-1)).toBe('');
  });

  test('rolled back is bad news, with reason, hint, the failing service and its last words', async () => {
    const last = { code: 'exited', message: 'exit code 3\nTraceback\nValueError: x', at: AT };
    await addDevice('edge-01', ({ hash }) => [
      {
        phase: 'rolled_back',
        running: { revision: 6, hash },
        reason: {
          code: 'unhealthy',
          path: 'services.web',
          message: 'not healthy in 30s',
          hint: 'see its log',
        },
        services: {
          web: makeService({ state: 'exited', exit_code: 3, last_failure: last }),
          ok: makeService(),
        },
      },
    ]);
    const { code, stderr } = await deploy('devices/edge-01', '--wait', '--revision', '7');
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'error: edge-01: rolled_back: unhealthy: not healthy in 30s (services.web)',
      '  web: exited with code 3: exited: exit code 3',
      '  Traceback',
      '  ValueError: x',
      '  revision 6 runs',
      'hint: see its log',
      '',
    ]);
  });

  test('failed is bad news', async () => {
    await addDevice('edge-01', () => [
      { phase: 'failed', reason: { code: 'image_not_found', message: 'm' } },
    ]);
    const { code, stderr } = await deploy('devices/edge-01', '--wait');
    expect(code).toBe(1);
    expect(stderr).toContain('error: edge-01: failed: image_not_found: m');
  });

  test('refused is bad news', async () => {
    await addDevice('edge-01', ({ revision }) => [
      { desired: null, refused: { revision, code: 'unsigned', path: '', message: 'not signed', at: AT } },
    ]);
    const { code, stderr } = await deploy('devices/edge-01', '--wait');
    expect(code).toBe(1);
    expect(stderr).toContain('error: edge-01: refused: unsigned: not signed');
  });

  test('a refusal from before the publish is not the answer', async () => {
    const refused = { revision: 2, code: 'conflict', path: 'revision', message: 'm', at: AT };
    const device = await addDevice('edge-01', () => [{ refused, phase: 'proving' }, { phase: 'converged' }]);
    await device.publish('status/hello', makeStatus({ refused }));
    const { code, stdout } = await deploy('devices/edge-01', '--wait');
    expect(code).toBe(0);
    expect(stdout).toContain('converged at revision 3');
  });

  test('a refusal that stands is the answer when there is nothing to publish', async () => {
    const refused = { revision: 1, code: 'unsigned', path: '', message: 'm', at: AT };
    await addDevice('edge-01', () => [{ desired: null, refused }]);
    await deploy('devices/edge-01', '--wait');
    const { code, stderr } = await deploy('devices/edge-01', '--wait', '--timeout', '1s');
    expect(code).toBe(1);
    expect(stderr).toContain('refused: unsigned');
  });

  test('a settled status of the revision before is not taken for the answer', async () => {
    const device = await addDevice('edge-01', () => [{ phase: 'rolled_back' }]);
    await device.publish(
      'status/hello',
      makeStatus({ desired: { revision: 1, hash: `sha256:${'0'.repeat(64)}` } }),
    );
    const { code } = await deploy('devices/edge-01', '--wait', '--revision', '2');
    expect(code).toBe(1);
  });

  test('content that failed there before says so, under another number and with nothing to publish', async () => {
    const barred = { revision: 3, at: AT };
    const reason = { code: 'unhealthy', path: 'services.web', message: 'not healthy in 30s' };
    await addDevice('edge-01', ({ hash }) => [
      { phase: 'rolled_back', running: { revision: 2, hash }, reason, barred },
    ]);
    const told = [
      'error: edge-01: rolled_back: unhealthy: not healthy in 30s (services.web)',
      `  this content failed there before, as revision 3 at ${AT}, and is blocked: it was not tried now`,
      '  revision 2 runs',
      'hint: publish changed content; or, with the cause removed, run on the device: holdfast retry hello',
      '',
    ];
    const again = await deploy('devices/edge-01', '--wait', '--revision', '4');
    expect({ ...again, stderr: again.stderr.split('\n') }).toMatchObject({ code: 1, stderr: told });
    const unchanged = await deploy('devices/edge-01', '--wait');
    expect({ ...unchanged, stderr: unchanged.stderr.split('\n') }).toMatchObject({ code: 1, stderr: told });
    expect(unchanged.stdout).toContain('nothing to change');
  });

  test('content that fails now, and a failure of before that an older agent tells, are told apart', async () => {
    const at = { reason: { code: 'unhealthy', message: 'm' }, phase: 'rolled_back' } as const;
    await addDevice('edge-01', ({ revision }) => [{ ...at, barred: { revision, at: AT } }]);
    expect((await deploy('devices/edge-01', '--wait')).stderr).toBe(
      'error: edge-01: rolled_back: unhealthy: m\n',
    );
    await addDevice('edge-02', () => [at]);
    expect((await deploy('devices/edge-02', '--wait')).stderr).toBe(
      'error: edge-02: rolled_back: unhealthy: m\n',
    );
    expect((await deploy('devices/edge-02', '--wait')).stderr).toBe(
      'error: edge-02: rolled_back: unhealthy: m\n  it has stood so since before: nothing was published\n',
    );
  });

  test.each<[string, Partial<Status>, string]>([
    [
      'a newer revision',
      { desired: { revision: 8, hash: HASH } },
      'it follows revision 8 of its own document by now',
    ],
    [
      'other content under that number',
      { desired: { revision: 1, hash: HASH } },
      'it follows other content under revision 1 of its own document',
    ],
  ])('%s says by what this one is superseded', async (_name, status, by) => {
    await addDevice('edge-01', () => [status]);
    const { code, stderr } = await deploy('devices/edge-01', '--wait');
    expect({ code, stderr }).toEqual({ code: 1, stderr: `error: edge-01: superseded: ${by}\n` });
  });

  test('another source says by which document this one is superseded', async () => {
    const script = () => [{ source: 'device', desired: { revision: 4, hash: HASH } }];
    await addDevice('edge-01', script, ['berlin']);
    const { stderr } = await deploy('groups/berlin', '--wait');
    expect(stderr).toBe('error: edge-01: superseded: it follows revision 4 of its own document by now\n');
  });

  test('a device that does not answer times out', async () => {
    await addDevice('edge-01', () => [{ phase: 'proving' }]);
    const { code, stderr } = await deploy('devices/edge-01', '--wait', '--timeout', '300ms');
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: edge-01: timed out after \d+ms: proving\n$/);
  });

  test.each([
    [
      true,
      'hint: it counts as online and has not answered: its agent may be frozen, or the line has just broken\n',
    ],
    [false, ''],
  ])(
    'of one that stays silent, by its presence online: %s, the time that is up says so',
    async (online, hint) => {
      const device = await FakeDevice.connect(broker.url, 'edge-01');
      devices.push(device);
      await device.publish('presence', makePresence(online));
      const { code, stdout, stderr } = await deploy('devices/edge-01', '--wait', '--timeout', '300ms');
      expect(code).toBe(4);
      expect(stdout).toContain('edge-01: has not answered yet\n');
      expect(stderr).toMatch(/^error: edge-01: timed out after \d+ms: has not answered yet\n/);
      expect(stderr.split('\n').slice(1).join('\n')).toBe(hint);
    },
  );

  test('an unchanged document is followed as it stands', async () => {
    await addDevice('edge-01', () => [{ phase: 'converged' }]);
    expect((await deploy('devices/edge-01', '--wait')).code).toBe(0);
    const { code, stdout } = await deploy('devices/edge-01', '--wait');
    expect(code).toBe(0);
    expect(stdout).toBe(
      'nothing to change: devices/edge-01 has hello revision 1 already\nedge-01: converged at revision 1\n',
    );
  });

  test('--json writes one document with the outcome', async () => {
    const reason = { code: 'unhealthy', message: 'm' };
    await addDevice('edge-01', () => [{ phase: 'pulling' }, { phase: 'failed', reason }]);
    const { code, stdout, stderr } = await deploy('devices/edge-01', '--wait', '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      name: 'hello',
      revision: 1,
      published: true,
      exit_code: 1,
      devices: [{ device: 'edge-01', outcome: 'failed', reason, status: { phase: 'failed' } }],
    });
  });

  test.each([[[]], [['--json']]])('an interrupt ends it, and says what goes on %j', async (more) => {
    const interrupt = new AbortController();
    await addDevice('edge-01', () => {
      interrupt.abort(new Error('SIGINT'));
      return [];
    });
    const args = ['deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait', ...more];
    const result = await runHoldfastctl(args, { broker: broker.url, signal: interrupt.signal });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain('error: interrupted\n');
    expect(result.stderr).toContain(
      'hello revision 1 for devices/edge-01 stays published, and the devices go on',
    );
    if (more.length > 0)
      expect(JSON.parse(result.stdout)).toMatchObject({
        error: { code: 'interrupted', publications: [{ to: 'devices/edge-01', revision: 1 }] },
      });
  });

  test('a line that breaks is made anew, and what was told meanwhile is read', async () => {
    await addDevice('edge-01', () => {
      dropClients(broker, 'holdfastctl-');
      return [{ phase: 'converged' }];
    });
    const { code, stdout } = await deploy('devices/edge-01', '--wait');
    expect(code).toBe(0);
    expect(stdout).toContain('edge-01: converged at revision 1 after');
  });

  test('a broker that goes away for good ends it, and what was published is said', async () => {
    const other = await startTestBroker();
    const device = await FakeDevice.connect(other.url, 'edge-01');
    await device.answer(['devices/edge-01'], async () => {
      await device.close();
      await other.close();
      return [];
    });
    const args = ['deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait'];
    const { code, stderr } = await runHoldfastctl(args, { broker: other.url });
    expect(code).toBe(3);
    expect(stderr).toContain('cannot be reached: nothing listens there');
    expect(stderr).toContain('hello revision 1 for devices/edge-01 stays published');
  });

  test('the end of each device is told when it comes, with its own time, and the sum last', async () => {
    const first = Promise.withResolvers<void>();
    await addDevice('edge-01', () => [{ phase: 'converged' }]);
    await addDevice('edge-02', async () => {
      await first.promise;
      return [{ phase: 'failed' }];
    });
    const to = ['--to', 'devices/edge-01', '--to', 'devices/edge-02'];
    const { code, stdout, stderr } = await runHoldfastctl(['deploy', 'hello.yaml', ...to, '--wait'], {
      broker: broker.url,
      onStdout: (text) => {
        if (text.includes('edge-01: converged at revision 1 after')) first.resolve();
      },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('error: edge-02: failed');
    expect(stdout).toMatch(/\n1 of 2 converged, 1 failed\n$/);
  });

  test("a group's higher revision that runs meanwhile is no answer to a device's own", async () => {
    const other = { revision: 4, hash: `sha256:${'4'.repeat(64)}` };
    const looking = followingBegins(/has not taken revision 1 up yet/);
    const device = await addDevice('edge-01', async () => {
      await looking.begun;
      return [{ source: 'groups/berlin', desired: other, phase: 'converged' }, { phase: 'converged' }];
    });
    await device.publish(
      'status/hello',
      makeStatus({ source: 'groups/berlin', desired: other, running: other }),
    );
    const args = ['deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait'];
    const { code, stdout } = await runHoldfastctl(args, { broker: broker.url, ...looking });
    expect(code).toBe(0);
    expect(stdout).toContain('edge-01: converged at revision 1 after');
  });
});

describe('deploy --wait to a group', () => {
  const source = 'groups/berlin';

  test('waits for its members, and says of the others why not', async () => {
    await addDevice('edge-01', () => [{ source, phase: 'converged' }], ['berlin']);
    await addDevice(
      'edge-02',
      () => [
        { source, phase: 'proving' },
        { source, phase: 'converged' },
      ],
      ['x', 'berlin'],
    );
    await addDevice('stranger', () => [], ['hamburg']);
    const own = await addDevice('own', () => [], ['berlin']);
    const desired = { revision: 9, hash: `sha256:${'9'.repeat(64)}` };
    await own.publish('status/hello', makeStatus({ source: 'device', desired }));
    await broker.publishRetained(`${PREFIX}/devices/asleep/state`, makeState('asleep', ['berlin']));
    await broker.publishRetained(`${PREFIX}/devices/asleep/presence`, makePresence(false));
    const { code, stdout, stderr } = await deploy('groups/berlin', '--wait');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`asleep: is offline (it connected last at ${AT}), and is not waited for\n`);
    expect(stdout).toContain('own: follows the document of its own and not this one\n');
    expect(stdout).toContain('edge-01: converged at revision 1');
    expect(stdout).toContain('edge-02: converged at revision 1');
    expect(stdout).not.toContain('stranger');
    expect(stdout).toMatch(/\n2 of 2 converged; 2 not waited for\n$/);
  });

  test('one bad member makes it bad, and the others are waited for', async () => {
    await addDevice('edge-01', () => [{ source, phase: 'failed' }], ['berlin']);
    await addDevice(
      'edge-02',
      () => [
        { source, phase: 'proving' },
        { source, phase: 'converged' },
      ],
      ['berlin'],
    );
    const { code, stdout, stderr } = await deploy('groups/berlin', '--wait');
    expect(code).toBe(1);
    expect(stderr).toContain('error: edge-01: failed');
    expect(stdout).toContain('edge-02: converged');
  });

  test('a device whose turn has not come has taken the document all the same', async () => {
    const ids = ['edge-01', 'edge-02'].sort(
      (a, b) => rolloutPosition('hello-1', a) - rolloutPosition('hello-1', b),
    );
    const [first = '', second = ''] = ids;
    const percent = String((rolloutPosition('hello-1', first) + rolloutPosition('hello-1', second)) / 2);
    await addDevice(first, () => [{ source, phase: 'converged' }], ['berlin']);
    const reason = { code: 'not_in_rollout', message: 'm' };
    await addDevice(second, () => [{ source, phase: 'waiting', reason }], ['berlin']);
    const { code, stdout } = await deploy('groups/berlin', '--wait', '--percent', percent);
    expect(code).toBe(0);
    expect(stdout).toContain(`${first}: converged`);
    expect(stdout).toContain(
      `${second}: has taken revision 1, is not in the roll-out yet, and keeps what it runs`,
    );
    expect(stdout).toContain('1 of 2 converged, 1 not in the roll-out yet');
  });

  test('one that refuses it is bad news, also where its turn has not come', async () => {
    const refusal = { code: 'conflict', path: 'revision', message: 'm', at: AT };
    const refuse: Script = ({ revision }) => [{ source, desired: null, refused: { ...refusal, revision } }];
    await addDevice('edge-01', refuse, ['berlin']);
    const { code, stderr } = await deploy('groups/berlin', '--wait', '--percent', '0');
    expect(code).toBe(1);
    expect(stderr).toContain('error: edge-01: refused: conflict: m');
  });

  test('members that the broker may have held back are no success, and it is said', async () => {
    await addDevice('edge-01', () => [{ source, phase: 'converged' }], ['berlin']);
    for (let index = 1; index < 1000; index += 1)
      await broker.publishRetained(`${PREFIX}/devices/d-${index}/presence`, makePresence(true));
    const waited = await deploy('groups/berlin', '--wait', '--json');
    expect(waited.code).toBe(1);
    expect(JSON.parse(waited.stdout)).toMatchObject({
      complete: false,
      exit_code: 1,
      devices: [{ device: 'edge-01', outcome: 'converged' }],
    });
    expect(waited.stderr.match(/the list may be cut short/g)).toHaveLength(1);
    const unchanged = await deploy('groups/berlin');
    expect(unchanged.code).toBe(1);
  });

  test('a group that nobody reports to be of is bad news', async () => {
    const { code, stderr } = await deploy('groups/berlin', '--wait', '--force');
    expect(code).toBe(1);
    expect(stderr).toContain('no device reports to be of groups/berlin');
  });
});

const NOTHING_TO_INHERIT = { code: 'nothing_to_inherit', message: 'what runs is kept' };

describe('remove', () => {
  test('publishes the absence as the next revision, and purges only what is named', async () => {
    await report('edge-01');
    await deploy('devices/edge-01');
    const { code, stdout } = await run(
      'remove',
      'hello',
      '--to',
      'devices/edge-01',
      '--purge',
      'frames',
      './data',
      'shared/cache',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'published hello revision 2 to devices/edge-01\n' });
    const document = await publishedOn(topicOf('devices/edge-01'));
    expect(document).toMatchObject({ state: 'absent', purge: ['frames', './data', 'shared/cache'] });
    expect(document).not.toHaveProperty('services');
  });

  test('says of a volume to purge that the document has none of that name', async () => {
    await report('edge-01');
    await deploy('devices/edge-01');
    const purge = ['--purge', 'frmes', './data', 'shared/cache'];
    const { code, stderr } = await run('remove', 'hello', '--to', 'devices/edge-01', ...purge);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'note: --purge "frmes": no volume of revision 1; nothing is deleted unless an earlier revision had it\n',
    );
  });

  test('--wait ends when it is removed', async () => {
    await addDevice('edge-01', ({ value }) => [
      { phase: value.state === 'absent' ? 'removed' : 'converged' },
    ]);
    await deploy('devices/edge-01', '--wait');
    const { code, stdout } = await run('remove', 'hello', '--to', 'devices/edge-01', '--wait');
    expect(code).toBe(0);
    expect(stdout).toContain('edge-01: removed at revision 2');
  });

  test('of what nobody has needs --force', async () => {
    await report('edge-01', ['berlin'], ['hello', 'line']);
    const { code, stderr } = await run('remove', 'helo', '--to', 'devices/edge-01');
    expect(code).toBe(2);
    expect(stderr).toContain('error: devices/edge-01 has no deployment "helo"');
    expect(stderr).toContain('did you mean hello? --force');
    expect(await publishedOn(topicOf('devices/edge-01', 'helo'))).toBeNull();
    expect((await run('remove', 'helo', '--to', 'devices/edge-01', '--force')).code).toBe(0);
  });

  test("--inherit ends a device's own document, and waits until the device follows its group's", async () => {
    const ofGroup = { revision: 7, hash: `sha256:${'7'.repeat(64)}` };
    await addDevice(
      'edge-01',
      ({ value }) => [
        value.state === 'inherit'
          ? { source: 'groups/berlin', desired: ofGroup, phase: 'converged' }
          : { phase: 'converged' },
      ],
      ['berlin'],
    );
    await deploy('devices/edge-01', '--wait');
    await broker.publishRetained(topicOf('groups/berlin'), { name: 'hello', revision: 7, state: 'inherit' });
    const args = ['remove', 'hello', '--to', 'devices/edge-01', '--inherit', '--wait'];
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'note: edge-01 goes back to the document of groups/berlin\n',
    });
    expect(stdout).toContain('edge-01: follows groups/berlin again: converged at its revision 7');
    expect(await publishedOn(topicOf('devices/edge-01'))).toEqual({
      schema: 'holdfast.deployment/1',
      name: 'hello',
      revision: 2,
      state: 'inherit',
      issued_at: AT,
    });
    expect((await run(...args)).stdout).toContain('nothing to change');
  });

  test('--inherit where the device has no document of its own publishes nothing, unless it is forced', async () => {
    const device = await addDevice('edge-01', () => [], ['berlin']);
    const ofGroup = { revision: 7, hash: `sha256:${'7'.repeat(64)}` };
    await device.publish('status/hello', makeStatus({ source: 'groups/berlin', desired: ofGroup }));
    const args = ['remove', 'hello', '--to', 'devices/edge-01', '--inherit'];
    const { code, stdout, stderr } = await run(...args, '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'no_own_document' } });
    expect(stderr).toBe(
      'error: edge-01 has no document of its own for hello: there is nothing to end\n' +
        'hint: it follows groups/berlin. --force publishes the end all the same\n',
    );
    expect(await publishedOn(topicOf('devices/edge-01'))).toBeNull();
    expect((await run(...args, '--force')).code).toBe(0);
  });

  test("--inherit ends a device's own document that the broker has lost", async () => {
    const device = await addDevice('edge-01', () => [{ phase: 'removed' }]);
    const own = { revision: 7, hash: `sha256:${'7'.repeat(64)}` };
    await device.publish('status/hello', makeStatus({ desired: own }));
    const { code } = await run('remove', 'hello', '--to', 'devices/edge-01', '--inherit');
    expect(code).toBe(0);
    expect(await publishedOn(topicOf('devices/edge-01'))).toMatchObject({ revision: 8, state: 'inherit' });
  });

  test('--inherit with no group behind it says that what runs is kept', async () => {
    await addDevice('edge-01', ({ value }) => [
      { phase: 'converged', ...(value.state === 'inherit' ? { reason: NOTHING_TO_INHERIT } : {}) },
    ]);
    await deploy('devices/edge-01', '--wait');
    const { code, stdout, stderr } = await run(
      'remove',
      'hello',
      '--to',
      'devices/edge-01',
      '--inherit',
      '--wait',
    );
    expect(code).toBe(0);
    expect(stderr).toContain('no group of edge-01 has a document for hello: what runs there is kept');
    expect(stdout).toContain('edge-01: converged at revision 2');
  });

  test.each([
    [['--to', 'groups/berlin', '--inherit'], 'of a device, and not of a group'],
    [['--to', 'devices/edge-01', '--inherit', '--purge', 'frames'], 'do not go together'],
    [['--to', 'devices/edge-01', '--purge', '../x'], '"../x" is neither the name of a volume nor a path'],
    [['--to', 'devices/edge-01', '--purge', '/srv'], 'begins with "./", such as "./data"'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await run('remove', 'hello', ...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
