import { describe, expect, test } from 'vitest';
import type { StatusBody } from '../../../agent/model/decision.ts';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import { HeldReplies } from '../../../agent/notices/held-replies.ts';
import { deviceState } from '../../../agent/report/device-state.ts';
import { BURST_BYTES, BYTES_PER_SECOND } from '../../../agent/report/pace.ts';
import { Reporter } from '../../../agent/report/reporter.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';
import { MAX_RETAINED_BYTES } from '../../../protocol/payload.ts';
import { MAX_BRIEF_TITLE, MAX_TOLD_FINDINGS } from '../../../protocol/reports/state.ts';
import { NAME_PATTERN } from '../../../protocol/values/names.ts';
import { loudNotices } from '../../fakes/loud-notices.ts';
import { MemoryHost } from '../../fakes/memory-host.ts';
import { someEvent, someSample } from '../../fakes/some-event.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { withStore } from '../store/with-store.ts';

interface Told {
  readonly topic: string;
  readonly value: Record<string, unknown> & { events?: { seq: number }[]; lost?: object; seq?: number };
}

const BODY: StatusBody = { desired: null, running: null, phase: 'pulling', reason: null, services: {} };

function pulling(currentBytes: number): StatusBody {
  const progress = { current_bytes: currentBytes, total_bytes: 1000 };
  const service: StatusBody['services'][string] = {
    ...{ state: 'missing', health: 'unknown', image: 'a:1', digest: null, container: null },
    ...{
      restarts: 0,
      started_at: null,
      exit_code: null,
      oom_killed: false,
      limits: null,
      last_failure: null,
    },
    progress,
  };
  return { ...BODY, services: { app: service } };
}

/** A reporter on virtual time, and a broker that takes, or does not take, what it tells. */
function makeReporter(store: SqliteStore) {
  const clock = new VirtualClock();
  const host = new MemoryHost(clock);
  const told: Told[] = [];
  const ending = new AbortController();
  const broker = { takes: true };
  let rounds = 0;
  const state = newAgentState();
  const notices = loudNotices();
  const reporter = new Reporter({
    held: new HeldReplies(),
    ...{ state, notices, host, groups: [], agentVersion: '0' },
    ...{ store, clock, device: 'edge-01', topicPrefix: 'hf', bootId: 'boot', stateIntervalMs: 300_000 },
    maxWaitMs: 15_000,
  });
  const publish = async (topic: string, payload: string): Promise<boolean> => {
    await clock.sleep(10, ending.signal);
    if (broker.takes)
      told.push({ topic: topic.replace('hf/devices/edge-01/', ''), value: JSON.parse(payload) });
    return broker.takes;
  };
  const running = reporter.run(ending.signal, { turned: () => (rounds += 1) });
  return {
    ...{ clock, reporter, state, notices, told, broker, publish },
    connect: () => state.line.set({ publish }),
    disconnect: () => state.line.set(null),
    rounds: () => rounds,
    of: (topic: string) => told.filter((message) => message.topic === topic).map(({ value }) => value),
    async end() {
      ending.abort();
      await running;
      expect(clock.pendingCount).toBe(0);
    },
  };
}

function testReporter(
  name: string,
  run: (world: ReturnType<typeof makeReporter>, store: SqliteStore) => Promise<void>,
) {
  test(name, () =>
    withStore(async (store) => {
      const world = makeReporter(store);
      await run(world, store).finally(() => world.end());
    }),
  );
}

testReporter('half a character never leaves the device', async ({ reporter, clock, connect, told }) => {
  connect();
  const half = 'hot \ud83c';
  reporter.reportStatus('line', 'device', { ...BODY, reason: { code: 'a', message: half, log: [half] } });
  reporter.addEvents([someEvent(half)]);
  await clock.advance(5000);
  expect(told.map(({ topic }) => topic)).toEqual(expect.arrayContaining(['status/line', 'events']));
  const texts = JSON.stringify(told.map(({ value }) => value));
  expect(texts).toContain('hot \ufffd');
  expect(texts).not.toMatch(/\\ud83c/);
});

describe('a status', () => {
  testReporter('is told once, however often it is reported', async ({ reporter, clock, connect, of }) => {
    connect();
    for (let n = 0; n < 5; n += 1) {
      reporter.reportStatus('line', 'device', BODY);
      await clock.advance(5000);
    }
    expect(of('status/line')).toHaveLength(1);
  });

  testReporter(
    'is told in order when it changes, with a number that rises',
    async ({ reporter, clock, connect, of }) => {
      connect();
      for (const phase of ['pulling', 'switching', 'proving', 'converged'] as const) {
        reporter.reportStatus('line', 'device', { ...BODY, phase });
        await clock.advance(1000);
      }
      expect(of('status/line').map(({ phase }) => phase)).toEqual([
        'pulling',
        'switching',
        'proving',
        'converged',
      ]);
      const seqs = of('status/line').map(({ seq }) => seq ?? 0);
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(new Set(seqs).size).toBe(4);
    },
  );

  testReporter('of a pull is told once a second at most', async ({ reporter, clock, connect, of }) => {
    connect();
    for (let n = 0; n <= 100; n += 1) {
      reporter.reportStatus('line', 'device', pulling(n * 10));
      await clock.advance(100);
    }
    expect(of('status/line').length).toBeGreaterThan(5);
    expect(of('status/line').length).toBeLessThanOrEqual(11);
  });

  testReporter(
    'of one pull is not held up by the progress of another',
    async ({ reporter, clock, connect, of }) => {
      connect();
      for (let n = 0; n <= 100; n += 1) {
        reporter.reportStatus('line', 'device', pulling(n * 10));
        reporter.reportStatus('other', 'device', pulling(n * 10));
        await clock.advance(100);
      }
      expect(of('status/other').length).toBeGreaterThan(5);
      expect(of('status/line').length).toBeGreaterThan(5);
    },
  );

  testReporter('that says more than bytes does not wait', async ({ reporter, clock, connect, of }) => {
    connect();
    reporter.reportStatus('line', 'device', pulling(10));
    await clock.advance(50);
    reporter.reportStatus('line', 'device', { ...pulling(20), phase: 'switching' });
    await clock.advance(50);
    expect(of('status/line').map(({ phase }) => phase)).toEqual(['pulling', 'switching']);
  });

  testReporter(
    'waits for the connection, and only its newest is told',
    async ({ reporter, clock, connect, of }, store) => {
      for (const phase of ['pulling', 'switching', 'converged'] as const) {
        reporter.reportStatus('line', 'device', { ...BODY, phase });
        await clock.advance(1000);
      }
      expect(reporter.pending().statuses).toBe(1);
      connect();
      await clock.advance(2000);
      expect(of('status/line').map(({ phase }) => phase)).toEqual(['converged']);
      expect(store.pendingStatuses()).toEqual([]);
    },
  );

  testReporter(
    'is told again after each connect, as a broker may forget',
    async ({ reporter, clock, connect, disconnect, of }) => {
      reporter.reportStatus('line', 'device', BODY);
      for (let n = 0; n < 3; n += 1) {
        connect();
        await clock.advance(5000);
        disconnect();
        await clock.advance(5000);
      }
      expect(of('status/line')).toHaveLength(3);
      expect(new Set(of('status/line').map(({ seq }) => seq)).size).toBe(1);
    },
  );

  testReporter(
    'that the broker does not take is tried again',
    async ({ reporter, clock, connect, broker, of }, store) => {
      broker.takes = false;
      connect();
      reporter.reportStatus('line', 'device', BODY);
      await clock.advance(10_000);
      expect(store.pendingStatuses()).toHaveLength(1);
      broker.takes = true;
      await clock.advance(3000);
      expect(of('status/line')).toHaveLength(1);
      expect(store.pendingStatuses()).toEqual([]);
    },
  );

  testReporter(
    'that changes on its way is told as it is then',
    async ({ reporter, clock, connect, of }, store) => {
      connect();
      reporter.reportStatus('line', 'device', BODY);
      await clock.advance(5);
      reporter.reportStatus('line', 'device', { ...BODY, phase: 'converged' });
      await clock.advance(5000);
      expect(of('status/line').at(-1)?.phase).toBe('converged');
      expect(store.pendingStatuses()).toEqual([]);
    },
  );

  testReporter(
    'of a pull that is told clears the one in the store that it replaces',
    async ({ reporter, clock, connect }, store) => {
      reporter.reportStatus('line', 'device', pulling(10));
      await clock.advance(2000);
      reporter.reportStatus('line', 'device', pulling(20));
      connect();
      await clock.advance(2000);
      expect(store.pendingStatuses()).toEqual([]);
      expect(reporter.pending().statuses).toBe(0);
    },
  );

  test('that was not delivered before the agent ended is told by the next', () =>
    withStore(async (store) => {
      const first = makeReporter(store);
      first.reporter.reportStatus('line', 'device', { ...BODY, phase: 'converged' });
      await first.end();
      const second = makeReporter(store);
      second.connect();
      await second.clock.advance(2000);
      expect(second.of('status/line').map(({ phase }) => phase)).toEqual(['converged']);
      await second.end();
    }));

  testReporter('of a refusal keeps the phase', async ({ reporter, clock, connect, of }, store) => {
    connect();
    reporter.reportStatus('line', 'device', { ...BODY, phase: 'converged' });
    store.writeRefusal('line', { revision: 1, code: 'stale', path: 'revision', message: 'm', at: '' });
    reporter.reportRefusal('line');
    await clock.advance(1000);
    expect(of('status/line').at(-1)).toMatchObject({ phase: 'converged', refused: { code: 'stale' } });
  });

  testReporter(
    'of a refusal where nothing was ever accepted says failed and why',
    async ({ reporter, clock, connect, of }, store) => {
      connect();
      store.writeRefusal('new', { revision: null, code: 'not_json', path: '', message: 'm', at: '' });
      reporter.reportRefusal('new');
      await clock.advance(1000);
      expect(of('status/new')).toMatchObject([
        { phase: 'failed', desired: null, reason: { code: 'not_json' }, refused: { code: 'not_json' } },
      ]);
    },
  );

  testReporter(
    'of names that nobody ever accepted is not kept without bound',
    async ({ reporter, state }, store) => {
      for (let n = 0; n < 2000; n += 1) {
        store.writeRefusal(`n${n}`, { revision: null, code: 'not_json', path: '', message: 'm', at: '' });
        reporter.reportRefusal(`n${n}`);
      }
      expect(state.statuses.value.size).toBeLessThanOrEqual(400);
    },
  );
});

describe('events', () => {
  testReporter(
    'come once each, in order, in batches of bounded size',
    async ({ reporter, clock, connect, of }, store) => {
      for (let n = 0; n < 300; n += 1) reporter.addEvents([someEvent('x'.repeat(n === 7 ? 90_000 : 2000))]);
      connect();
      await clock.advance(180_000);
      const batches = of('events');
      expect(batches.flatMap(({ events }) => events?.map(({ seq }) => seq))).toEqual(
        Array.from({ length: 300 }, (_, index) => index + 1),
      );
      for (const batch of batches) {
        expect(Buffer.byteLength(JSON.stringify(batch))).toBeLessThanOrEqual(120 * 1024);
        expect(batch.events?.length).toBeLessThanOrEqual(50);
      }
      expect(store.countEvents()).toBe(0);
    },
  );

  testReporter(
    'are not lost when the broker takes only some',
    async ({ reporter, clock, connect, broker, of }) => {
      connect();
      const seen = new Set<number>();
      for (let n = 0; n < 50; n += 1) {
        reporter.addEvents([someEvent()]);
        broker.takes = n % 3 !== 0;
        await clock.advance(100);
      }
      broker.takes = true;
      await clock.advance(5000);
      for (const { events } of of('events')) for (const { seq } of events ?? []) seen.add(seq);
      expect(seen.size).toBe(50);
    },
  );

  testReporter(
    'that were dropped are marked as lost, until that is told',
    async ({ reporter, clock, connect, of }) => {
      const text = 'x'.repeat(100_000);
      for (let n = 0; n < 200; n += 1) reporter.addEvents([someEvent(text)]);
      connect();
      await clock.advance(2 * 3_600_000);
      const batches = of('events');
      const first = batches[0]?.events?.[0]?.seq ?? 0;
      expect(first).toBeGreaterThan(20);
      expect(batches[0]?.lost).toEqual({ from: 1, to: first - 1 });
      expect(batches.filter(({ lost }) => lost !== undefined)).toHaveLength(1);
      expect(batches.at(-1)?.events?.at(-1)?.seq).toBe(200);
    },
  );

  testReporter(
    'of a backlog leave at a bounded rate, and what is new overtakes them',
    async ({ reporter, clock, connect, of, told }) => {
      for (let n = 0; n < 500; n += 1) reporter.addEvents([someEvent('x'.repeat(1000))]);
      connect();
      await clock.advance(20_000);
      const bytesTold = (): number =>
        of('events').reduce((sum, batch) => sum + JSON.stringify(batch).length, 0);
      expect(of('events').at(-1)?.events?.at(-1)?.seq).toBeLessThan(500);
      expect(bytesTold()).toBeLessThanOrEqual(BURST_BYTES + 20 * BYTES_PER_SECOND + 17 * 1024);
      reporter.reportStatus('line', 'device', BODY);
      await clock.advance(50);
      expect(told.slice(-2).map(({ topic }) => topic)).toEqual(['status/line', 'state']);
      await clock.advance(180_000);
      expect(of('events').flatMap(({ events }) => events ?? [])).toHaveLength(500);
    },
  );

  testReporter('of an ordinary day are told at once', async ({ reporter, clock, connect, of }) => {
    connect();
    for (let n = 1; n <= 30; n += 1) {
      reporter.addEvents([someEvent()]);
      await clock.advance(30);
      expect(of('events')).toHaveLength(n);
    }
  });

  testReporter('a sample is told and never written', async ({ notices, clock, connect, of }, store) => {
    connect();
    notices.publish({ kind: 'sample', sample: someSample() });
    await clock.advance(1000);
    expect(of('events').flatMap(({ events }) => events)).toMatchObject([{ type: 'sample', seq: 1 }]);
    expect(store.countEvents()).toBe(0);
  });
});

describe('statuses', () => {
  testReporter('that wait are told newest first', async ({ reporter, clock, connect, told }) => {
    for (const name of ['a', 'b', 'c']) reporter.reportStatus(name, 'device', BODY);
    reporter.reportStatus('a', 'device', { ...BODY, phase: 'switching' });
    connect();
    await clock.advance(1000);
    expect(told.slice(0, 3).map(({ topic }) => topic)).toEqual(['status/a', 'status/c', 'status/b']);
  });
});

describe('the device state', () => {
  test('fits a retained message with all deployments and groups that there can be, of the longest names', () => {
    const clock = new VirtualClock();
    const host = new MemoryHost(clock);
    const longest = (n: number): string => `${'n'.repeat(61)}${n + 10}`;
    const state = deviceState({
      ...{ device: 'd'.repeat(63), agentVersion: '0.1.0', host: host.readFacts(), engine: null },
      groups: Array.from({ length: 32 }, (_, n) => longest(n)),
      clock: { ...host.readClock(), lastJump: { byMs: -1e12, at: clock.wallTime().toISOString() } },
      deployments: Array.from({ length: 64 }, (_, n) => ({
        name: longest(n),
        revision: Number.MAX_SAFE_INTEGER,
        phase: 'rolled_back' as const,
      })),
      findings: Array.from({ length: MAX_TOLD_FINDINGS }, (_, n) => ({
        id: `registry_rate_limited:deployments/${longest(n)}/services/${longest(n)}`,
        severity: 'warning' as const,
        title: 't'.repeat(MAX_BRIEF_TITLE),
      })),
      at: clock.wallTime().toISOString(),
    });
    expect(state.deployments.every(({ name }) => NAME_PATTERN.test(name))).toBe(true);
    expect(NAME_PATTERN.test(`${longest(0)}n`)).toBe(false);
    expect(Buffer.byteLength(JSON.stringify(state))).toBeLessThan(MAX_RETAINED_BYTES / 2);
  });

  testReporter(
    'is told at each connect, when a phase changes, and every interval',
    async ({ reporter, clock, connect, of }) => {
      connect();
      await clock.advance(1000);
      expect(of('state')).toHaveLength(1);
      reporter.reportStatus('line', 'device', BODY);
      await clock.advance(1000);
      expect(of('state').at(-1)?.deployments).toMatchObject([{ name: 'line', phase: 'pulling' }]);
      await clock.advance(1_500_000);
      expect(of('state').length).toBeGreaterThanOrEqual(6);
      expect(of('state').length).toBeLessThanOrEqual(8);
    },
  );
});

testReporter(
  'the loop comes round often enough for the watchdog, with no broker too',
  async ({ clock, rounds }) => {
    await clock.advance(150_000);
    expect(rounds()).toBeGreaterThanOrEqual(10);
  },
);

testReporter(
  'no wait is left over when nothing takes what is told',
  async ({ reporter, clock, connect, broker, rounds }) => {
    broker.takes = false;
    connect();
    reporter.addEvents([someEvent()]);
    await clock.advance(60_000);
    expect(rounds()).toBeLessThan(80);
  },
);
