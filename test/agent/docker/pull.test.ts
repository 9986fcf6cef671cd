// Pulls against an engine that answers as the test says.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectDocker } from '../../../agent/docker/client.ts';
import { type CredentialsFor, pullImage } from '../../../agent/docker/pull.ts';
import type { PullProgress } from '../../../agent/ports/supplier.ts';
import { type Platform, parsePlatform } from '../../../protocol/values/platform.ts';
import { MisbehavingEngine, type Misconduct } from '../../fakes/misbehaving-engine.ts';

const IMAGE = 'registry.example.com/app:1';
const CREATE = /^\/images\/create/;
const REFUSED = { kind: 'error', status: 500, message: 'unauthorized: authentication required' } as const;
const PULLED = { kind: 'lines', lines: [{ status: 'Status: Downloaded newer image' }] } as const;
const OLD = { username: 'edge', password: 'old' };
const NEW = { username: 'edge', password: 'new' };

let dir: string;
let engine: MisbehavingEngine;
let docker: Docker;
let offered: Set<string>;
let look: Misconduct;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hf-pull-'));
  const socketPath = join(dir, 'engine.sock');
  engine = await MisbehavingEngine.start(socketPath, join(dir, 'none.sock'));
  docker = connectDocker(socketPath);
  offered = new Set();
  look = offer([{ os: 'linux', architecture: 'arm64', variant: 'v8' }]);
});
afterEach(async () => {
  await engine.stop();
  rmSync(dir, { recursive: true, force: true });
});

function offer(Platforms: readonly object[]) {
  return engine.misbehave('GET', /^\/distribution\//, { kind: 'lines', lines: [{ Platforms }] });
}

function pull(options: { credentialsFor?: CredentialsFor; platform?: Platform | null } = {}) {
  const { credentialsFor = () => null, platform = null } = options;
  const progress: PullProgress[] = [];
  const outcome = pullImage(docker, IMAGE, {
    architecture: 'arm64',
    platform,
    credentialsFor,
    offered,
    signal: new AbortController().signal,
    onProgress: (told) => progress.push(told),
  });
  return { outcome, progress };
}

function pulls() {
  return engine.requests.filter(({ url }) => CREATE.test(url));
}

describe('a registry that refuses', () => {
  test('is asked once more with the credentials as they are now, and may take them', async () => {
    const refusal = engine.misbehave('POST', CREATE, REFUSED);
    engine.misbehave('POST', CREATE, PULLED);
    const credentialsFor = (): typeof OLD => {
      if (refusal.hits() === 0) return OLD;
      refusal.lift();
      return NEW;
    };
    expect(await pull({ credentialsFor }).outcome).toEqual({ ok: true });
    expect(pulls().map(({ registryAuth }) => registryAuth)).toMatchObject([OLD, NEW]);
  });

  test('twice is left alone for long, and the hint says that the credentials were read again', async () => {
    engine.misbehave('POST', CREATE, REFUSED);
    const outcome = await pull({ credentialsFor: () => OLD }).outcome;
    expect(outcome).toMatchObject({ code: 'registry_auth' });
    expect(outcome).toHaveProperty('hint', expect.stringContaining('[registries."registry.example.com"]'));
    expect(outcome).toHaveProperty('hint', expect.stringContaining('read again'));
    expect(pulls()).toHaveLength(2);
    expect(JSON.stringify(outcome)).not.toContain(OLD.password);
  });

  test('where there are no credentials is asked once', async () => {
    engine.misbehave('POST', CREATE, REFUSED);
    const outcome = await pull().outcome;
    expect(outcome).toHaveProperty('hint', expect.stringContaining('registry.example.com wants credentials'));
    expect(pulls()).toHaveLength(1);
  });
});

describe('a platform', () => {
  test('is asked of the engine where the service names one, and only there', async () => {
    engine.misbehave('POST', CREATE, PULLED);
    expect(await pull({ platform: { architecture: 'arm64', variant: null } }).outcome).toEqual({ ok: true });
    expect(await pull().outcome).toEqual({ ok: true });
    expect(pulls().map(({ url }) => new URL(url, 'http://engine').searchParams.get('platform'))).toEqual([
      'linux/arm64',
      null,
    ]);
  });

  test.each([
    ['linux/arm/v7', /^the service asks for linux\/arm\/v7; the image offers linux\/arm64\/v8$/],
    ['linux/arm64/v7', /^the service asks for/],
    ['linux/arm64', null],
    [null, null],
  ])('%s is held against what is offered', async (asked, refusal) => {
    engine.misbehave('POST', CREATE, PULLED);
    const platform = asked === null ? null : parsePlatform(asked);
    const outcome = await pull({ platform }).outcome;
    if (refusal === null) expect(outcome).toEqual({ ok: true });
    else expect(outcome).toMatchObject({ code: 'no_matching_platform' });
    if (refusal !== null) expect(outcome).toHaveProperty('message', expect.stringMatching(refusal));
  });
});

describe('the look at what is offered', () => {
  const looks = () => engine.requests.filter(({ url }) => url.startsWith('/distribution/'));
  const failure = { kind: 'lines', lines: [{ error: 'unexpected EOF' }] } as const;

  test('is made once for a pull that is tried again, and anew for the next one', async () => {
    const fault = engine.misbehave('POST', CREATE, failure);
    await pull().outcome;
    await pull().outcome;
    expect(looks()).toHaveLength(1);
    fault.lift();
    engine.misbehave('POST', CREATE, PULLED);
    await pull().outcome;
    await pull().outcome;
    expect(looks()).toHaveLength(2);
  });

  test('that shows nothing is made again', async () => {
    look.lift();
    engine.misbehave('GET', /^\/distribution\//, {
      kind: 'error',
      status: 500,
      message: 'dial tcp: timeout',
    });
    engine.misbehave('POST', CREATE, failure);
    await pull().outcome;
    await pull().outcome;
    expect(looks()).toHaveLength(2);
  });

  test('of a registry that is asked too often ends the pull', async () => {
    look.lift();
    const message = 'toomanyrequests: retry-after: 61.5s, allowed: 44000/minute';
    engine.misbehave('GET', /^\/distribution\//, { kind: 'error', status: 429, message });
    expect(await pull().outcome).toMatchObject({ code: 'registry_rate_limited', retryAfterMs: 61_500 });
    expect(pulls()).toHaveLength(0);
  });
});

describe('a layer', () => {
  const downloading = (current: number, total?: number): object => {
    return { id: 'a', status: 'Downloading', progressDetail: { current, ...(total && { total }) } };
  };

  test('that goes on past its announced size ends the pull', async () => {
    engine.misbehave('POST', CREATE, {
      kind: 'lines',
      lines: [downloading(5000, 5000), downloading(5_000_000, 5000), { status: 'Pull complete' }],
    });
    expect(await pull().outcome).toMatchObject({ code: 'image_damaged' });
  });

  test('whose size is not announced counts with what has come of it', async () => {
    engine.misbehave('POST', CREATE, { kind: 'lines', lines: [downloading(400), downloading(900)] });
    const { outcome, progress } = pull();
    expect(await outcome).toEqual({ ok: true });
    expect(progress).toMatchObject([
      { currentBytes: 400, totalBytes: 400, unwrittenBytes: 800 },
      { currentBytes: 900, totalBytes: 900, unwrittenBytes: 1800 },
    ]);
  });
});

test('what is still to be written counts each layer until it is unpacked, three times its size', async () => {
  const line = (id: string, status: string, current?: number, total?: number): object => {
    return { id, status, progressDetail: total === undefined ? {} : { current, total } };
  };
  const lines = [
    line('a', 'Pulling fs layer'),
    line('b', 'Already exists'),
    line('a', 'Downloading', 10, 100),
    line('a', 'Download complete'),
    line('a', 'Extracting', 50, 100),
    line('a', 'Pull complete'),
  ];
  engine.misbehave('POST', CREATE, { kind: 'lines', lines });
  const { outcome, progress } = pull();
  expect(await outcome).toEqual({ ok: true });
  expect(progress.map(({ unwrittenBytes }) => unwrittenBytes)).toEqual([0, 0, 290, 200, 200, 0]);
  expect(progress.at(-1)).toMatchObject({ currentBytes: 100, totalBytes: 100 });
});
