// What is read of a deployment where the engine cannot read it all, or shows it in other forms than Docker does.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DockerEngine } from '../../../agent/docker/docker-engine.ts';
import { EngineUnavailable } from '../../../agent/ports/engine.ts';
import { MisbehavingEngine, type Misbehaviour, type Misconduct } from '../../fakes/misbehaving-engine.ts';
import { createNetwork } from '../../fakes/resources.ts';

const BROKEN: Misbehaviour = {
  kind: 'error',
  status: 500,
  message: 'RWLayer of container is unexpectedly nil',
};
const NETWORK = {
  Name: 'holdfast_line_default',
  Id: '149a15e2',
  Labels: { 'io.holdfast.deployment': 'line', 'io.holdfast.network': 'default' },
};

let dir: string;
let daemon: MisbehavingEngine;
let engine: DockerEngine;
let networks: Misconduct;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hf-observe-'));
  const socketPath = join(dir, 'engine.sock');
  daemon = await MisbehavingEngine.start(socketPath, join(dir, 'none.sock'));
  engine = new DockerEngine({
    socketPath,
    credentialsFor: () => null,
    readLimits: () => null,
  });
  networks = answer(/^\/networks(\?|$)/, [NETWORK]);
  answer(/^\/volumes(\?|$)/, { Volumes: null });
  answer(/^\/images\/sha256:image\/json/, { RepoDigests: ['r.test/a@sha256:d1'] });
});
afterEach(async () => {
  await daemon.stop();
  rmSync(dir, { recursive: true, force: true });
});

function answer(url: RegExp, body: object) {
  return daemon.misbehave('GET', url, { kind: 'lines', lines: [body] });
}

function list(...containers: readonly { id: string; state: string }[]) {
  const listed = containers.map(({ id, state }) => ({
    Id: id,
    Names: [`/line-${id}`],
    State: state,
    ImageID: 'sha256:image',
    Labels: labelsOf(id),
  }));
  answer(/^\/containers\/json/, listed);
}

function labelsOf(id: string): Record<string, string> {
  return {
    'io.holdfast.deployment': 'line',
    'io.holdfast.service': `service-${id}`,
    'io.holdfast.revision': '3',
    'io.holdfast.spec': `sha256:${id}`,
  };
}

/** A container as the engine tells it, after its first stop unless said otherwise. */
function inspection(
  id: string,
  { state = {}, networkId = '149a15e2' }: { state?: object; networkId?: string } = {},
) {
  return {
    Id: id,
    Name: `/line-${id}`,
    Image: 'sha256:image',
    Path: '/init',
    RestartCount: 0,
    State: {
      ...{ Status: 'exited', Running: false, OOMKilled: false, Pid: 0, ExitCode: 3 },
      ...{ StartedAt: '2026-11-28T09:52:28.090806238Z', ...state },
    },
    Config: { Labels: labelsOf(id), StopTimeout: 40 },
    HostConfig: {
      NetworkMode: 'bridge',
      Memory: 0,
      NanoCpus: 0,
      PidsLimit: 0,
      RestartPolicy: { Name: 'no' },
    },
    NetworkSettings: { Networks: { [NETWORK.Name]: { NetworkID: networkId, IPAddress: '' } } },
  };
}

async function observeOnly() {
  const { containers } = await engine.observe('line');
  expect(containers).toHaveLength(1);
  return containers[0];
}

describe('a container that the engine cannot read', () => {
  test('counts as dead, told by its labels, and its neighbour is seen as ever', async () => {
    list({ id: 'broken', state: 'exited' }, { id: 'sound', state: 'exited' });
    daemon.misbehave('GET', /^\/containers\/broken\/json/, BROKEN);
    answer(/^\/containers\/sound\/json/, inspection('sound'));
    expect((await engine.observe('line')).containers).toMatchObject([
      {
        id: 'broken',
        name: 'line-broken',
        service: 'service-broken',
        revision: 3,
        specHash: 'sha256:broken',
        state: 'dead',
      },
      {
        id: 'sound',
        name: 'line-sound',
        state: 'exited',
        exitCode: 3,
        stopGraceMs: 40_000,
        init: 'image',
        networks: ['default'],
      },
    ]);
  });

  test('and is up is not given up: nothing is decided until it can be read', async () => {
    list({ id: 'broken', state: 'running' });
    const fault = daemon.misbehave('GET', /^\/containers\/broken\/json/, BROKEN);
    await expect(engine.observe('line')).rejects.toThrow(EngineUnavailable);
    fault.lift();
    answer(/^\/containers\/broken\/json/, inspection('broken'));
    expect(await observeOnly()).toMatchObject({ id: 'broken' });
  });

  test('as it went since the list was made is not there', async () => {
    list({ id: 'gone', state: 'running' });
    daemon.misbehave('GET', /^\/containers\/gone\/json/, {
      kind: 'error',
      status: 404,
      message: 'No such container',
    });
    expect((await engine.observe('line')).containers).toEqual([]);
  });

  test('is removed with no look at it', async () => {
    const removal = daemon.misbehave('DELETE', /^\/containers\/broken/, { kind: 'lines', lines: [] });
    const step = { kind: 'remove_container', service: 'a', index: 0, container: 'broken' } as const;
    expect(await engine.carryOut('line', step)).toEqual({ ok: true });
    expect(removal.hits()).toBe(1);
    expect(daemon.requests).toHaveLength(1);
  });
});

test('a list that is an error is an engine that is away, in its own words', async () => {
  daemon.misbehave('GET', /^\/containers\/json/, {
    kind: 'error',
    status: 500,
    message: 'database is locked',
  });
  await expect(engine.observe('line')).rejects.toThrow(
    /answers with an error \(HTTP 500\): database is locked/,
  );
});

test('an answer that is none of an engine is told as such', async () => {
  daemon.misbehave('GET', /^\/containers\/json/, { kind: 'lines', lines: [{ hello: 'world' }] });
  await expect(engine.observe('line')).rejects.toThrow(/answer cannot be read/);
});

describe('an image that the engine cannot read', () => {
  const UNREADABLE = {
    kind: 'error',
    status: 500,
    message: 'readlink overlay2/l: invalid argument',
  } as const;

  test('has no digest for now, and is looked at again', async () => {
    list({ id: 'b', state: 'exited' });
    answer(/^\/containers\/b\/json/, { ...inspection('b'), Image: 'sha256:other' });
    const fault = daemon.misbehave('GET', /^\/images\/sha256:other\/json/, UNREADABLE);
    expect(await observeOnly()).toMatchObject({ state: 'exited', digest: null });
    fault.lift();
    answer(/^\/images\/sha256:other\/json/, { RepoDigests: ['r.test/b@sha256:d2'] });
    expect(await observeOnly()).toMatchObject({ digest: 'sha256:d2' });
  });

  test.each([
    [404, 'missing'],
    [400, 'refused'],
    [500, 'unreadable'],
  ])('asked for by name, HTTP %i is %s, and no engine that is away', async (status, kind) => {
    daemon.misbehave('GET', /^\/images\//, { kind: 'error', status, message: 'in its words' });
    expect(await engine.inspectImage('r.test/a:1')).toMatchObject({ kind });
  });
});

describe('as Podman 4.3 shows a container', () => {
  test('its networks are told by name, with no id, before its first start and after it', async () => {
    list({ id: 'a', state: 'created' });
    const state = {
      Status: 'created',
      ExitCode: 0,
      StartedAt: '0001-01-01T00:00:00Z',
      Health: { Status: '' },
    };
    answer(/^\/containers\/a\/json/, inspection('a', { state, networkId: NETWORK.Name }));
    expect(await observeOnly()).toMatchObject({
      state: 'created',
      startedAt: null,
      engineHealth: 'none',
      networks: ['default'],
      settings: { memoryBytes: 0, nanoCpus: 0, pids: 0, restartPolicy: 'no' },
    });
  });

  test.each([
    ['configured', { Running: false, StartedAt: '0001-01-01T00:00:00Z' }, 'created'],
    ['initialized', { Running: false, StartedAt: '0001-01-01T00:00:00Z' }, 'created'],
    ['stopping', { Running: true }, 'running'],
    ['stopped', { Running: false }, 'exited'],
    ['unknown', { Running: false }, 'exited'],
  ])('"%s" is one of the states that are known', async (Status, state, known) => {
    list({ id: 'a', state: 'created' });
    answer(/^\/containers\/a\/json/, inspection('a', { state: { Status, ...state } }));
    expect(await observeOnly()).toMatchObject({ state: known, exitCode: known === 'exited' ? 3 : null });
  });

  test('a network that is there already is found, in whatever words that is told', async () => {
    const message = 'network name holdfast_line_default already used: network already exists';
    daemon.misbehave('POST', /^\/networks\/create/, { kind: 'error', status: 500, message });
    const step = createNetwork('default');
    const Name = NETWORK.Name;
    const fault = answer(/^\/networks\/holdfast_line_default/, {
      ...{ Name, Labels: { 'io.holdfast.deployment': 'line' } },
    });
    expect(await engine.carryOut('line', step)).toEqual({ ok: true });
    fault.lift();
    answer(/^\/networks\/holdfast_line_default/, { Name, Labels: {} });
    expect(await engine.carryOut('line', step)).toMatchObject({ code: 'name_taken' });
  });
});

test('before its first start a container is in a network that is yet to be made', async () => {
  networks.lift();
  answer(/^\/networks(\?|$)/, []);
  list({ id: 'a', state: 'created' });
  answer(/^\/containers\/a\/json/, inspection('a', { networkId: '' }));
  expect(await observeOnly()).toMatchObject({ networks: ['default'] });
});

test('a network that was removed and made anew is no longer joined by who was in the old one', async () => {
  list({ id: 'a', state: 'exited' });
  answer(/^\/containers\/a\/json/, inspection('a', { networkId: 'its-id-before' }));
  expect(await observeOnly()).toMatchObject({ networks: [] });
});

test('labels of any length are cut: a stranger’s are kept and told', async () => {
  list({ id: 'copy', state: 'exited' });
  const copy = inspection('copy');
  const Labels = { ...copy.Config.Labels, 'io.holdfast.service': 'x'.repeat(300_000) };
  answer(/^\/containers\/copy\/json/, { ...copy, Config: { ...copy.Config, Labels } });
  expect((await observeOnly())?.service).toBe('x'.repeat(100));
});

test('a container is reached in a network of its own before one that was made by hand', async () => {
  list({ id: 'a', state: 'running' });
  const info = inspection('a', { state: { Status: 'running', Running: true } });
  const Networks = {
    'a-macvlan': { NetworkID: 'x', IPAddress: '192.168.1.9' },
    [NETWORK.Name]: { NetworkID: NETWORK.Id, IPAddress: '172.18.0.2' },
  };
  answer(/^\/containers\/a\/json/, { ...info, NetworkSettings: { Networks } });
  expect(await observeOnly()).toMatchObject({ address: '172.18.0.2', networks: ['default'] });
});

test('what is shared is seen by its name, with what it was made with; of others nothing', async () => {
  networks.lift();
  const others = { Name: 'holdfast_back_default', Id: '2', Labels: { 'io.holdfast.deployment': 'back' } };
  const shared = {
    ...{ Name: 'proxy', Id: '3', Labels: null, Internal: true },
    IPAM: { Config: [{ Subnet: '10.0.0.0/24' }] },
  };
  answer(/^\/networks(\?|$)/, [{ ...NETWORK, Internal: false, IPAM: { Config: null } }, others, shared]);
  list();
  const seen = await engine.observe('line');
  expect([...seen.networks]).toEqual([
    ['default', { isInternal: false, subnets: [] }],
    ['shared/proxy', { isInternal: true, subnets: ['10.0.0.0/24'] }],
  ]);
});

test.each([
  ['service-a', { service: 'service-a', index: 0 }],
  ['service-a#1', { service: 'service-a', index: 1 }],
  ['service-a#01', { service: 'service-a#01', index: 0 }],
])('the label "%s" tells which instance it was made for', async (label, instance) => {
  list({ id: 'a', state: 'running' });
  const info = inspection('a');
  const Labels = { ...info.Config.Labels, 'io.holdfast.service': label };
  answer(/^\/containers\/a\/json/, { ...info, Config: { ...info.Config, Labels } });
  expect((await engine.observe('line')).containers).toMatchObject([instance]);
});
