import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rolloutPosition } from '../../../protocol/rollout.ts';
import {
  AT,
  FakeDevice,
  makePresence,
  makeService,
  makeState,
  makeStatus,
  PREFIX,
  type Script,
} from '../support/fake-device.ts';
import { runHoldfastctl } from '../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../support/test-broker.ts';

let broker: TestBroker;
const devices: FakeDevice[] = [];

beforeEach(async () => {
  broker = await startTestBroker();
});
afterEach(async () => {
  for (const device of devices.splice(0)) await device.close();
  await broker.close();
});

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
function followingBegins() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onStdout = (stdout: string) => {
    if (stdout.includes('has not answered yet')) resolve();
  };
  return { begun: promise, onStdout };
}
async function publishedOn(topic: string): Promise<Record<string, unknown> | null> {
  const text = await broker.retained(topic);
  return text === null ? null : JSON.parse(text);
}

describe('deploy', () => {
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

  test('a revision that is not new is published as asked, with a note', async () => {
    await deploy('devices/edge-01', '--revision', '9');
    const { stderr } = await deploy('devices/edge-01', '--revision', '3');
    expect(stderr).toContain('devices refuse revision 3 as stale');
    expect(await publishedOn(topicOf('devices/edge-01'))).toMatchObject({ revision: 3 });
  });

  test('another topic prefix is another fleet', async () => {
    await deploy('devices/edge-01', '--topic-prefix', 'other/v1');
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
    ['an addressee', ['--to', 'edge-01'], '"edge-01" is no addressee'],
    ['a revision', ['--to', 'devices/a', '--revision', '0'], '--revision "0"'],
    ['a percentage', ['--to', 'devices/a', '--percent', '101'], '--percent "101"'],
    ['a timeout', ['--to', 'devices/a', '--timeout', 'soon'], '--timeout "soon"'],
    ['a prefix', ['--to', 'devices/a', '--topic-prefix', '/x/'], '--topic-prefix "/x/"'],
    ['no addressee', [], "required option '--to"],
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
    expect(frames.at(-1)).toMatch(/^edge-01: converged at revision 1/);
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

  test('a refusal of that revision from before the publish is not the answer', async () => {
    const refused = { revision: 2, code: 'conflict', path: 'revision', message: 'm', at: AT };
    const device = await addDevice('edge-01', () => [{ refused, phase: 'proving' }, { phase: 'converged' }]);
    await device.publish('status/hello', makeStatus({ refused }));
    expect((await deploy('devices/edge-01', '--wait', '--revision', '2')).code).toBe(0);
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

  test('a device that does not answer times out', async () => {
    await addDevice('edge-01', () => [{ phase: 'proving' }]);
    const { code, stderr } = await deploy('devices/edge-01', '--wait', '--timeout', '300ms');
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: edge-01: timed out after \d+ms: proving\n$/);
  });

  test('an unchanged document is followed as it stands', async () => {
    await addDevice('edge-01', () => [{ phase: 'converged' }]);
    expect((await deploy('devices/edge-01', '--wait')).code).toBe(0);
    const { code, stdout } = await deploy('devices/edge-01', '--wait');
    expect(code).toBe(0);
    expect(stdout).toContain('nothing to change');
    expect(stdout).toContain('edge-01: converged at revision 1');
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

  test('an interrupt ends it', async () => {
    const interrupt = new AbortController();
    await addDevice('edge-01', () => {
      interrupt.abort(new Error('SIGINT'));
      return [];
    });
    const args = ['deploy', 'hello.yaml', '--to', 'devices/edge-01', '--wait'];
    expect((await runHoldfastctl(args, { broker: broker.url, signal: interrupt.signal })).code).toBe(130);
  });

  test('a broker that goes away ends it', async () => {
    await addDevice('edge-01', () => {
      for (const client of Object.values(
        Reflect.get(broker.aedes, 'clients') as Record<string, { close(): void }>,
      )) {
        client.close();
      }
      return [];
    });
    const { code, stderr } = await deploy('devices/edge-01', '--wait');
    expect(code).toBe(3);
    expect(stderr).toContain('error: the connection to the broker at 127.0.0.1');
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
    await own.publish('status/hello', makeStatus({ source: 'device' }));
    await broker.publishRetained(`${PREFIX}/devices/asleep/state`, makeState('asleep', ['berlin']));
    await broker.publishRetained(`${PREFIX}/devices/asleep/presence`, makePresence(false));
    const { code, stdout, stderr } = await deploy('groups/berlin', '--wait');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`asleep: is offline since ${AT}, and is not waited for\n`);
    expect(stdout).toContain('own: follows the document of its own and not this one\n');
    expect(stdout).toContain('edge-01: converged at revision 1');
    expect(stdout).toContain('edge-02: converged at revision 1');
    expect(stdout).not.toContain('stranger');
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

  test('devices whose turn has not come are not waited for', async () => {
    const ids = ['edge-01', 'edge-02'].sort(
      (a, b) => rolloutPosition('hello-1', a) - rolloutPosition('hello-1', b),
    );
    const [first = '', second = ''] = ids;
    const percent = String((rolloutPosition('hello-1', first) + rolloutPosition('hello-1', second)) / 2);
    await addDevice(first, () => [{ source, phase: 'converged' }], ['berlin']);
    await addDevice(second, () => [], ['berlin']);
    const { code, stdout } = await deploy('groups/berlin', '--wait', '--percent', percent);
    expect(code).toBe(0);
    expect(stdout).toContain(`${first}: converged`);
    expect(stdout).toContain(`${second}: does not take part`);
  });

  test('a group that nobody reports to be of is bad news', async () => {
    const { code, stderr } = await deploy('groups/berlin', '--wait');
    expect(code).toBe(1);
    expect(stderr).toContain('no device reports to be of groups/berlin');
  });
});

describe('remove', () => {
  test('publishes the absence as the next revision, and purges only what is named', async () => {
    await deploy('devices/edge-01');
    const { code, stdout } = await run(
      'remove',
      'hello',
      '--to',
      'devices/edge-01',
      '--purge',
      'frames',
      'cache',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'published hello revision 2 to devices/edge-01\n' });
    const document = await publishedOn(topicOf('devices/edge-01'));
    expect(document).toMatchObject({ revision: 2, state: 'absent', purge: ['frames', 'cache'] });
    expect(document).not.toHaveProperty('services');
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
});
