import { expect, test } from 'vitest';
import type { ObservedContainer } from '../../../agent/model/observed.ts';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import { offerLogs } from '../../../agent/operations/logs.ts';
import { EngineUnavailable, type LogLine, type LogOptions } from '../../../agent/ports/engine.ts';
import type { KeptLog } from '../../../agent/ports/kept-logs.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

const clock = new VirtualClock();
const LINE = makeDeployment({ deployment: 'line', services: { app: makeService({ container: 'new' }) } });
const STATE = newAgentState();
STATE.statuses.set(new Map([[LINE.deployment, LINE]]));
const BODY = JSON.stringify({
  ...{ schema: 'holdfast.deployment/1', name: 'line', revision: 1, state: 'present' },
  services: { app: { image: 'r/app:1', environment: { DB_PASSWORD: 'hunter2222' } } },
});

function container(id: string, changes: Partial<ObservedContainer> = {}): ObservedContainer {
  // Sound: the rest is not looked at.
  return {
    ...{ id, name: `holdfast_${id}`, service: 'app', revision: 1, state: 'running', exitCode: null },
    ...{ startedAt: '2026-11-22T03:00:00Z', ...changes },
  } as ObservedContainer;
}

const NEW = container('newest');
const OLD = container('older', { state: 'exited', exitCode: 1, startedAt: '2026-11-21T03:00:00Z' });

interface Scene {
  readonly containers?: readonly ObservedContainer[];
  readonly lines?: readonly string[];
  readonly kept?: KeptLog | null;
}

function open({ containers = [NEW], lines = [], kept = null }: Scene) {
  const asked: [string, Partial<LogOptions>][] = [];
  async function* written(): AsyncGenerator<LogLine> {
    yield* lines.map((text) => ({ stream: 'stderr', at: null, text }) as const);
  }
  const engine = {
    observe: async () => ({ containers, networks: new Map(), volumes: new Map() }),
    readLogs: async (id: string, { signal: _, ...options }: LogOptions) => {
      asked.push([id, options]);
      return { kind: 'lines', lines: written() } as const;
    },
  };
  const keptLogs = { find: async () => kept };
  const offer = offerLogs({ engine, state: STATE, store: { keptDocuments: () => [BODY] }, keptLogs, clock });
  const ask = async (args: object) => {
    const outcome = await offer.ask({ service: 'app', ...args }, new AbortController().signal);
    if (outcome.kind !== 'stream') return outcome;
    const texts: string[] = [];
    for await (const { stream, text } of outcome.items) texts.push(`${stream}: ${text}`);
    return texts;
  };
  return { asked, ask };
}

test('what the present container wrote is told, with what it is, and 200 lines of it', async () => {
  const { asked, ask } = open({ containers: [OLD, NEW], lines: ['one', 'two'] });
  expect(await ask({})).toEqual([
    'agent: container holdfast_newest, running, started at 2026-11-22T03:00:00Z',
    'stderr: one',
    'stderr: two',
  ]);
  expect(asked).toEqual([['newest', { follow: false, since: null, until: null, tail: 200 }]]);
});

test('secrets are masked, and a long line is cut after that', async () => {
  const { ask } = open({ lines: [`${'x'.repeat(3995)}hunter2222`] });
  expect(await ask({})).toContain(`stderr: ${'x'.repeat(3995)}***`);
});

test('it reads since a time, and follows', async () => {
  const { asked, ask } = open({ lines: ['one'] });
  await ask({ since: '10m', tail: '5', follow: 'true' });
  const since = new Date(clock.wallTime().getTime() - 600_000).toISOString();
  expect(asked).toEqual([['newest', { follow: true, since, until: null, tail: 5 }]]);
});

test('before it was another container, where one is kept', async () => {
  const { asked, ask } = open({ containers: [NEW, OLD], lines: ['one'] });
  expect(await ask({ previous: 'true' })).toEqual([
    'agent: container holdfast_older of revision 1, which ran before; exited with code 1',
    'stderr: one',
  ]);
  expect(asked[0]?.[0]).toBe('older');
});

test('where none is kept these are the earlier runs of the same, and the newest lines of them', async () => {
  const { asked, ask } = open({ lines: ['one', 'two', 'three'] });
  expect(await ask({ previous: true, tail: 2 })).toEqual([
    'agent: container holdfast_newest, its runs before 2026-11-22T03:00:00Z; no other container is kept',
    'stderr: two',
    'stderr: three',
  ]);
  expect(asked[0]?.[1]).toMatchObject({ until: '2026-11-22T03:00:00Z', tail: null, follow: false });
});

/** It ran before the present container, and was removed while that one was started. */
const KEPT: KeptLog = {
  ...{ container: 'holdfast_failed', revision: 2, startedAt: '2026-11-22T02:59:00Z', exitCode: 1 },
  keptAt: '2026-11-22T02:59:55Z',
  lines: ['one', 'two hunter2222', 'three'].map((text, index) => ({
    ...{ stream: 'stderr', at: `2026-11-22T02:59:0${index}Z`, text },
  })),
};

test('before it was one that was removed after a failed update: the end of its log is kept', async () => {
  const { asked, ask } = open({ kept: KEPT });
  const note =
    'agent: container holdfast_failed of revision 2, which ran before; exited with code 1, removed at 2026-11-22T02:59:55Z: the end of its log';
  expect(await ask({ previous: true })).toEqual([note, 'stderr: one', 'stderr: two ***', 'stderr: three']);
  expect(await ask({ previous: true, tail: 1 })).toEqual([note, 'stderr: three']);
  expect(await ask({ previous: true, since: '2026-11-22T02:59:01Z' })).toEqual([
    ...[note, 'stderr: two ***', 'stderr: three'],
  ]);
  expect(await ask({})).not.toContain(note);
  expect(asked.map(([id]) => id)).toEqual(['newest']);
});

test.each([
  ['the present one ran before', [container('newest', { startedAt: '2026-11-23T03:00:00Z' })], 'newest'],
  [
    'another ran since',
    [NEW, container('later', { state: 'exited', startedAt: '2026-11-22T02:59:30Z' })],
    'later',
  ],
] as const)('where %s since then, that is told in its place', async (_what, containers, id) => {
  const { asked, ask } = open({ containers, kept: KEPT });
  await ask({ previous: true });
  expect(asked.map(([read]) => read)).toEqual([id]);
});

test('of the first run of a later revision, and of none, what was kept is the one before', async () => {
  const later = container('newest', { revision: 3, engineRestarts: 0, startedAt: '2026-11-23T03:00:00Z' });
  for (const containers of [[later], []])
    expect(await open({ containers, kept: KEPT }).ask({ previous: true })).toContain('stderr: one');
});

test('a container that wrote nothing is told', async () => {
  expect(await open({}).ask({})).toContain('agent: nothing was written, or nothing of it is kept');
});

test('what cannot be had is refused with a reason', async () => {
  expect(await open({ containers: [] }).ask({})).toMatchObject({ kind: 'not_found', code: 'no_container' });
  expect(await open({}).ask({ service: 'appp' })).toMatchObject({ kind: 'not_found', code: 'no_such_name' });
  expect(await open({}).ask({ tail: '-1' })).toMatchObject({ kind: 'invalid' });
});

test('an engine that is away is told', async () => {
  const away = async () => {
    throw new EngineUnavailable('it is away', { cause: null, hint: '' });
  };
  const keptLogs = { find: async () => null };
  const sources = { engine: { observe: away, readLogs: away }, state: STATE, keptLogs, clock };
  const offer = offerLogs({ ...sources, store: { keptDocuments: () => [] } });
  expect(await offer.ask({ service: 'app' }, new AbortController().signal)).toEqual({
    ...{ kind: 'failed', code: 'engine_unavailable', message: 'it is away' },
  });
});
