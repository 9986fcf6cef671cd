import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createNetServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { runCommand } from '../../../agent/cli/run.ts';
import type { Verb } from '../../../agent/cli/verb.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import type { CliEnvironment } from '../../../agent/environment.ts';
import { makeDeployment, makeLocalStatus, makeService, NOW } from './fixtures.ts';

let folder = '';
let servers: (Server | NetServer)[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'));
});

afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

interface Session {
  readonly verbs: readonly Verb[];
  readonly columns: number | null;
  readonly rows: number | null;
  readonly signal: AbortSignal;
  /** Called after each piece of output. */
  readonly onOut: () => void;
}

async function run(
  args: readonly string[],
  environment: Partial<CliEnvironment> = {},
  session: Partial<Session> = {},
) {
  const {
    verbs = VERBS,
    columns = null,
    rows = null,
    signal = new AbortController().signal,
    onOut,
  } = session;
  let out = '';
  let err = '';
  const write = (add: (text: string) => void) => ({ write: add, columns, rows, hasColour: false });
  const code = await runCommand(
    args,
    {
      environment: { configPath: path.join(folder, 'missing.toml'), socketPath: null, ...environment },
      out: write((text) => {
        out += text;
        onOut?.();
      }),
      err: write((text) => {
        err += text;
      }),
      now: () => NOW,
      signal,
    },
    verbs,
  );
  return { code, out, err };
}

/** A stand-in agent that gives the same answer to all; returns its socket. */
async function serve(body: unknown, status = 200): Promise<string> {
  const socket = path.join(folder, 'api.sock');
  const server = createServer((_, response) => response.writeHead(status).end(JSON.stringify(body)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return socket;
}

describe('holdfast status --watch', () => {
  /** Gives one answer to each request, and aborts once the last is shown. */
  async function watch(args: readonly string[], answers: readonly unknown[], screen: Partial<Session> = {}) {
    const ending = new AbortController();
    const left = [...answers];
    const socketPath = path.join(folder, 'api.sock');
    const server = createServer((_, response) => {
      const body = left.shift();
      if (body === undefined) response.destroy();
      else response.writeHead(200).end(JSON.stringify(body));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socketPath, resolve));
    const onOut = (): void => {
      if (left.length === 0) ending.abort();
    };
    return run(['status', '--watch', ...args], { socketPath }, { ...screen, signal: ending.signal, onOut });
  }

  it('asks again until it is ended, over an agent that comes and goes', async () => {
    const { code, out, err } = await watch(['--json'], [makeLocalStatus(), undefined, makeLocalStatus()]);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { device: 'edge-01' },
      { error: { code: 'agent_unreachable' } },
      { device: 'edge-01' },
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('draws one screen over the other on a terminal', async () => {
    const { code, out } = await watch(
      [],
      [makeLocalStatus({ deployments: [makeDeployment({ phase: 'failed' })] })],
      { columns: 80 },
    );
    expect(code).toBe(1);
    expect(out.startsWith('\u001b[H\u001b[J\u001b[Hdevice   edge-01')).toBe(true);
    expect(out.endsWith('\u001b[K\n\u001b[J')).toBe(true);
  });

  it('shows no more than the screen has rows, and how much is left out', async () => {
    const many = Array.from({ length: 30 }, (_, index) => makeDeployment({ deployment: `d${index}` }));
    const { out } = await watch([], [makeLocalStatus({ deployments: many })], { columns: 80, rows: 12 });
    const lines = out.split('\n');
    expect(lines).toHaveLength(12);
    expect(lines[0]).toContain('device');
    expect(lines[10]).toMatch(/^… 114 more lines/);
  });
});

test.for([
  ['status', 130, 'Interrupted.\n'],
  ['status --watch', 3, ''],
] as const)('the user ends `%s` while the agent gives no answer', async ([typed, code, err]) => {
  const ending = new AbortController();
  const socketPath = path.join(folder, 'frozen.sock');
  const server = createServer(() => ending.abort());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const ended = await run(typed.split(' '), { socketPath }, { signal: ending.signal });
  expect(ended).toEqual({ code, out: '', err });
});

describe('holdfast', () => {
  it('explains itself on stdout when asked', async () => {
    const { code, out, err } = await run(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: holdfast VERB/);
    expect(out).toContain('status   show what runs here');
  });

  it('explains a verb', async () => {
    const { code, out } = await run(['status', '--json', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: holdfast status \[--watch\] \[--json\]/);
  });

  it('says its version', async () => {
    const { code, out } = await run(['--version']);
    expect(code).toBe(0);
    expect(out).toMatch(/^holdfast \d+\.\d+\.\d+\n$/);
  });

  it.each([
    [[], 'Say what to do.'],
    [['fly'], "Unknown verb 'fly'."],
    [['toString'], "Unknown verb 'toString'."],
    [['--fly'], "Unknown option '--fly'."],
    [['status', '--fly'], "Unknown option '--fly'"],
    [['status', '--socket'], "Option '--socket <value>' argument missing"],
    [['status', 'line-vision'], "Unexpected argument 'line-vision'"],
  ])('refuses %j with usage on stderr and 2', async (args, complaint) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(complaint);
    expect(err).toContain('Usage: holdfast');
  });

  it('tells a fault of its own with the stack, and 1', async () => {
    const broken: Verb = {
      name: 'broken',
      summary: 'fails',
      positionals: [],
      options: [],
      run: () => Promise.reject(new Error('our fault')),
    };
    const { code, err } = await run(['broken'], {}, { verbs: [broken] });
    expect(code).toBe(1);
    expect(err).toMatch(/^holdfast broken failed: Error: our fault\n +at /);
  });
});

describe('holdfast agent', () => {
  it('refuses a configuration that cannot be used, with 2 and no stack', async () => {
    const config = path.join(folder, 'holdfast.toml');
    writeFileSync(config, '[broker]\nurl = "http://example.com"\n');
    const { code, err } = await run(['agent', '--config', config]);
    expect(code).toBe(2);
    expect(err).toContain(`${config}: broker.url: `);
    expect(err).not.toContain('    at ');
  });
});

describe('holdfast status exits with', () => {
  const refused = { revision: 5, code: 'stale', path: '', message: 'm', at: '2026-11-22T11:00:00Z' };

  it.each([
    ['0 when all has converged', makeLocalStatus(), 0],
    ['0 when nothing is asked', makeLocalStatus({ deployments: [] }), 0],
    ['0 when it was removed', makeLocalStatus({ deployments: [makeDeployment({ phase: 'removed' })] }), 0],
    ['1 while it is proving', makeLocalStatus({ deployments: [makeDeployment({ phase: 'proving' })] }), 1],
    [
      '1 when one of two is degraded',
      makeLocalStatus({ deployments: [makeDeployment(), makeDeployment({ phase: 'degraded' })] }),
      1,
    ],
    [
      '1 when nobody has set a broker',
      makeLocalStatus({
        broker: {
          ...{
            is_connected: false,
            protocol: null,
            since: '',
            denied: [],
            url: 'mqtts://broker.example.com:8883',
          },
          trouble: { code: 'not_configured', message: 'broker.url is still the example' },
        },
      }),
      1,
    ],
    ['1 when a document was refused', makeLocalStatus({ deployments: [makeDeployment({ refused })] }), 1],
    [
      '1 when the engine is away',
      makeLocalStatus({ engine: { is_reachable: false, message: null, hint: null } }),
      1,
    ],
  ])('%s', async (_, status, expected) => {
    const { code, out } = await run(['status', '--socket', await serve(status)]);
    expect(code).toBe(expected);
    expect(out).toContain('edge-01');
  });

  it('3 when there is no socket, and says where to look', async () => {
    const { code, err } = await run(['status', '--socket', path.join(folder, 'none.sock')]);
    expect(code).toBe(3);
    expect(err).toContain('there is no socket at');
    expect(err).toContain('systemctl status holdfast');
  });

  it('3 when the agent is there and gives no answer, as one that is frozen', {
    timeout: 15_000,
  }, async () => {
    const socket = path.join(folder, 'frozen.sock');
    // The kernel takes connections for a process that is stopped, and nobody answers.
    const server = createNetServer((connection) => connection.resume());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const { code, err } = await run(['status', '--socket', socket]);
    expect(code).toBe(3);
    expect(err).toContain(`The agent at ${socket} gave no answer in 1.5s.\nHint: It may be frozen`);
  });

  it('3 when the socket is not for this user', async () => {
    const { explainConnectError } = await import('../../../agent/cli/local-client.ts');
    const denied = Object.assign(new Error('connect EACCES'), { code: 'EACCES' });
    expect(explainConnectError('/run/holdfast/api.sock', denied).hint).toContain('usermod -aG holdfast');
  });

  it('3 when the agent answers with an error', async () => {
    const socket = await serve({ code: 'internal', message: 'The agent failed to answer.' }, 500);
    const { code, err } = await run(['status', '--socket', socket]);
    expect(code).toBe(3);
    expect(err).toContain('The agent failed to answer');
  });

  it('3 when what answers is no agent of this version', async () => {
    const { code, err } = await run(['status', '--socket', await serve({ device: 'edge-01' })]);
    expect(code).toBe(3);
    expect(err).toContain('may differ in version');
  });

  it('3 when what answers hangs up', async () => {
    const socket = path.join(folder, 'mute.sock');
    const server = createNetServer((connection) => connection.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const { code, err } = await run(['status', '--socket', socket]);
    expect(code).toBe(3);
    expect(err).toContain(
      `The agent at ${socket} closed the connection with no answer.\nHint: It may be ending`,
    );
  });
});

describe('text of others', () => {
  /** Every character that a terminal obeys or hides. */
  const all = Array.from({ length: 0x11_0000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character));
  const hostile = `x${all.join('y')}z`;
  /** Every text of it that no pattern of ours keeps in bounds. */
  const status = makeLocalStatus({
    device: hostile,
    groups: [hostile],
    agent_version: hostile,
    broker: {
      ...{ is_connected: false, protocol: null, since: '2026-11-22T09:55:00Z', url: hostile },
      ...{ trouble: { code: 'closed', message: hostile }, denied: [hostile] },
    },
    engine: { is_reachable: false, message: hostile, hint: hostile },
    deployments: [
      makeDeployment({
        phase: 'failed',
        source: hostile,
        reason: { code: hostile, path: hostile, message: hostile, hint: hostile, log: [hostile] },
        refused: { revision: 1, code: hostile, path: hostile, message: hostile, at: '2026-11-22T09:55:00Z' },
        services: {
          app: makeService({
            ...{ state: 'exited', image: hostile },
            last_failure: { code: hostile, message: hostile, at: '2026-11-22T11:59:00Z' },
          }),
        },
      }),
    ],
  });

  it('reaches no terminal with a character that it would obey or hide', async () => {
    const { out } = await run(['status', '--socket', await serve(status)]);
    expect(out.split('\n').filter((line) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line))).toEqual([]);
    expect(out.split('\n').length).toBeLessThan(20);
  });

  it('does not as JSON either, and is the same text to a program', async () => {
    const { out } = await run(['status', '--json', '--socket', await serve(status)]);
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(out)).toEqual(status);
  });

  it('does not in the words of a failure', async () => {
    const socket = await serve({ code: 'internal', message: hostile }, 500);
    for (const args of [['status'], ['retry', 'x'], ['status', hostile.replaceAll('\0', '')]]) {
      const { err } = await run([...args, '--socket', socket]);
      expect(err).toContain('y y y');
      expect(err.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
  });
});

describe('holdfast retry', () => {
  it('says that the deployment is tried again, with 0', async () => {
    const socketPath = await serve({ deployment: 'hello' }, 202);
    const { code, out } = await run(['retry', 'hello', '--socket', socketPath]);
    expect({ code, out }).toEqual({
      code: 0,
      out: 'trying hello again; holdfast status shows how it goes\n',
    });
  });

  it('says that there is no such deployment, with 1', async () => {
    const socketPath = await serve(
      { code: 'no_such_deployment', message: 'There is no deployment "x".' },
      404,
    );
    const { code, err } = await run(['retry', 'x', '--socket', socketPath]);
    expect({ code, err }).toEqual({ code: 1, err: 'There is no deployment "x".\n' });
  });

  it.each([
    [['retry', 'x'], 1, { code: 'no_such_deployment', message: 'There is no deployment "x".' }],
    [['retry'], 2, { code: 'usage', message: 'Name one deployment.' }],
    [['status', '--fly'], 2, { code: 'usage', message: "Unknown option '--fly'" }],
  ])('tells of %j as JSON what went wrong, to programs too', async (args, expected, error) => {
    const socketPath = await serve(
      { code: 'no_such_deployment', message: 'There is no deployment "x".' },
      404,
    );
    const { code, out, err } = await run([...args, '--json', '--socket', socketPath]);
    expect({ code, answer: JSON.parse(out) }).toMatchObject({
      code: expected,
      answer: { error: { ...error, message: expect.stringContaining(error.message) } },
    });
    expect(err).toContain(error.message);
  });

  it('tells of an agent that is away as JSON, with the hint', async () => {
    const { code, out } = await run(['status', '--json', '--socket', path.join(folder, 'none.sock')]);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      agent: null,
      error: {
        code: 'agent_unreachable',
        message: expect.stringContaining('there is no socket'),
        hint: expect.stringContaining('systemctl status holdfast'),
      },
    });
  });

  it('exits with 3 when there is no agent, and 2 when no deployment is named', async () => {
    expect((await run(['retry', 'x', '--socket', path.join(folder, 'none.sock')])).code).toBe(3);
    expect((await run(['retry'])).code).toBe(2);
    expect((await run(['retry', '../x'])).code).toBe(2);
  });
});

describe('holdfast status', () => {
  it('prints the answer as JSON', async () => {
    const status = makeLocalStatus();
    const { out } = await run(['status', '--json', '--socket', await serve(status)]);
    expect(JSON.parse(out)).toEqual(status);
  });

  it('finds the socket by HOLDFAST_SOCKET', async () => {
    expect((await run(['status'], { socketPath: await serve(makeLocalStatus()) })).code).toBe(0);
  });

  it('finds the socket in the configuration', async () => {
    const configPath = path.join(folder, 'holdfast.toml');
    writeFileSync(configPath, `[local]\nsocket = "${await serve(makeLocalStatus())}"\n`);
    expect((await run(['status'], { configPath })).code).toBe(0);
    expect((await run(['status', '--config', configPath])).code).toBe(0);
  });

  it('passes over a faulty configuration that nobody named, and refuses one that was named', async () => {
    const configPath = path.join(folder, 'holdfast.toml');
    writeFileSync(configPath, 'not toml');
    expect((await run(['status'], { configPath })).err).toContain('/run/holdfast/api.sock');
    const named = await run(['status', '--config', configPath]);
    expect(named.code).toBe(2);
    expect(named.err).toMatch(/holdfast\.toml: 1:\d+: not valid TOML: /);
    const ofFolder = await run(['status', '--config', folder]);
    expect(ofFolder.err).toContain(`${folder}: cannot be read: it is a directory, and a file is expected`);
    const ofNone = await run(['status', '--config', path.join(folder, 'none.toml')]);
    expect(ofNone.err).toContain('none.toml: there is no such configuration file\n');
  });
});
