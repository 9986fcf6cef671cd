import { describe, expect, test } from 'vitest';
import type { Check } from '../../../agent/health/check.ts';
import { HealthTracker, type ProbedContainer } from '../../../agent/health/health-tracker.ts';
import type { Probe } from '../../../agent/model/desired-health.ts';
import type { Evidence } from '../../../agent/model/evidence.ts';
import { evidenceOf, judgeHealth } from '../../../agent/model/health.ts';
import type { ObservedContainer } from '../../../agent/model/observed.ts';
import { loudNotices } from '../../fakes/loud-notices.ts';
import { loudTasks } from '../../fakes/loud-tasks.ts';
import { fork } from '../../fakes/random.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const PROBE: Probe = {
  ...{ kind: 'tcp', port: 80 },
  ...{ intervalMs: 10_000, timeoutMs: 2000, failures: 3, graceMs: 20_000 },
};

function running(change: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    ...{
      id: 'c1',
      name: 'line-app',
      service: 'app',
      index: 0,
      revision: 1,
      specHash: 'sha256:x',
      state: 'running',
      exitCode: null,
    },
    ...{ oomKilled: false, startedAt: '2026-11-23T00:00:00Z', engineRestarts: 0, engineHealth: 'none' },
    ...{ imageId: 'sha256:i', digest: null, networks: ['default'], joins: [], address: '172.18.0.2' },
    effective: null,
    ...{ init: 'engine', stopGraceMs: 10_000, hostPorts: [], ports: [], devices: [], addresses: [] },
    settings: { memoryBytes: 0, nanoCpus: 0, pids: 0, restartPolicy: 'unless-stopped' },
    ...change,
  };
}

type ShortTarget = Omit<ProbedContainer, 'healthyAfterMs'>;

/** A tracker on virtual time whose probes answer as `answer` says now. */
function setUp({ random = fork(1, 'health') } = {}) {
  const clock = new VirtualClock();
  const probes: { atMs: number; address: string }[] = [];
  const changes: string[] = [];
  const state = {
    answer: null as string | null,
    takesMs: 0,
    check: null as Check | null,
    stalledMs: Number.NEGATIVE_INFINITY,
  };
  const check: Check = (probe, address, signal) => (state.check ?? answerAsTold)(probe, address, signal);
  const answerAsTold: Check = async (_probe, address, signal) => {
    probes.push({ atMs: clock.monotonicMs(), address });
    if (state.takesMs > 0) await clock.sleep(state.takesMs, signal);
    return state.answer;
  };
  const readBeat = async () => ({ kind: 'missing' }) as const;
  const notices = loudNotices();
  notices.subscribe('look_due', ({ deployment }) => changes.push(deployment));
  const tracker = new HealthTracker({
    ...{ clock, random, check, readBeat, tasks: loudTasks, lastStallMs: () => state.stalledMs },
    notices,
  });
  const factsOf = (target: ShortTarget, healthyAfterMs = 5000) =>
    tracker.track('line', [{ ...target, healthyAfterMs }], clock.monotonicMs()).get(target.container.id);
  const evidence = (target: ShortTarget, healthyAfterMs = 5000): Evidence | null => {
    const facts = factsOf(target, healthyAfterMs);
    return facts === undefined ? null : evidenceOf(target.container, target.probe, facts);
  };
  const health = (target: ShortTarget, healthyAfterMs = 5000): string => {
    const facts = factsOf(target, healthyAfterMs);
    const verdict = judgeHealth(target.container, target.probe, {
      ...{ facts, healthyAfterMs, nowMs: clock.monotonicMs() },
    });
    return verdict.health;
  };
  return { clock, probes, changes, state, tracker, factsOf, evidence, health };
}

describe('a service with a probe', () => {
  test('is starting until the first answer, then healthy', async () => {
    const { clock, health, changes, state } = setUp();
    const target = { container: running(), probe: PROBE };
    state.answer = 'nothing listens';
    expect(health(target)).toBe('starting');
    await clock.advance(3000);
    expect(health(target)).toBe('starting');
    state.answer = null;
    await clock.advance(1100);
    expect(health(target)).toBe('healthy');
    expect(changes).toEqual(['line']);
  });

  test('is asked every second at first, and at its interval, less up to a fifth, from then on', async () => {
    const { clock, health, probes } = setUp();
    health({ container: running(), probe: PROBE });
    await clock.advance(600_000);
    // The second is asked for the proof, after `healthy_after`.
    const steady = probes.slice(1);
    const gaps = steady.slice(1).map(({ atMs }, index) => atMs - (steady[index]?.atMs ?? 0));
    expect(probes[0]?.atMs).toBeLessThanOrEqual(1000);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(8000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_000);
    expect(new Set(gaps.map((gap) => Math.round(gap / 100))).size).toBeGreaterThan(5);
  });

  test('is unhealthy after so many failures in a row, and not after one fewer', async () => {
    const { clock, health, state, changes } = setUp({ random: () => 0 });
    const target = { container: running(), probe: PROBE };
    health(target);
    await clock.advance(60_000);
    state.answer = 'HTTP 500';
    changes.length = 0;
    await clock.advance(20_000);
    expect(health(target)).toBe('healthy');
    expect(changes.length).toBe(0);
    await clock.advance(10_000);
    expect(health(target)).toBe('unhealthy');
    expect(changes.length).toBe(1);
    state.answer = null;
    await clock.advance(10_000);
    expect(health(target)).toBe('healthy');
  });

  test('that answers now and then between failures stays healthy', async () => {
    const { clock, health, state } = setUp({ random: () => 0 });
    const target = { container: running(), probe: PROBE };
    health(target);
    await clock.advance(30_000);
    for (let n = 0; n < 10; n += 1) {
      state.answer = n % 3 === 2 ? null : 'slow';
      await clock.advance(10_000);
      expect(health(target)).toBe('healthy');
    }
  });

  test('is forgiven within its grace and unhealthy once it is over', async () => {
    const { clock, health, state } = setUp();
    const target = { container: running(), probe: PROBE };
    state.answer = 'nothing listens';
    health(target);
    await clock.advance(19_000);
    expect(health(target)).toBe('starting');
    await clock.advance(2000);
    expect(health(target)).toBe('unhealthy');
  });

  test('is told of as changed when its grace is over', async () => {
    const { clock, health, state, changes } = setUp();
    state.answer = 'nothing listens';
    health({ container: running(), probe: PROBE });
    await clock.advance(22_000);
    expect(changes).toEqual(['line']);
  });

  test('begins anew when its container is started again', async () => {
    const { clock, health, state } = setUp();
    health({ container: running(), probe: PROBE });
    await clock.advance(30_000);
    expect(health({ container: running(), probe: PROBE })).toBe('healthy');
    state.answer = 'nothing listens';
    const again = running({ startedAt: '2026-11-23T00:00:30Z', address: '172.18.0.3' });
    expect(health({ container: again, probe: PROBE })).toBe('starting');
  });

  test('is asked no more once its container is gone, also in the middle of a probe', async () => {
    const { clock, health, tracker, probes, state, changes } = setUp();
    state.takesMs = 2000;
    health({ container: running(), probe: PROBE });
    await clock.advance(1500);
    tracker.track('line', [], clock.monotonicMs());
    const before = [probes.length, changes.length];
    await clock.advance(60_000);
    expect([probes.length, changes.length]).toEqual(before);
    expect(clock.pendingCount).toBe(0);
  });

  test('is asked where it is now, when its address comes late', async () => {
    const { clock, health, probes } = setUp();
    health({ container: running({ address: null }), probe: PROBE });
    await clock.advance(5000);
    expect(probes).toEqual([]);
    health({ container: running({ address: '172.18.0.9' }), probe: PROBE });
    await clock.advance(5000);
    expect(probes[0]?.address).toBe('172.18.0.9');
  });

  test('takes on a changed probe', async () => {
    const { clock, health, probes } = setUp();
    health({ container: running(), probe: PROBE });
    await clock.advance(60_000);
    const before = probes.length;
    health({ container: running(), probe: { ...PROBE, intervalMs: 1000 } });
    await clock.advance(20_000);
    expect(probes.length - before).toBeGreaterThan(15);
  });
});

describe('the evidence of a probe', () => {
  const slow = { container: running(), probe: { ...PROBE, intervalMs: 60_000 } };

  test('is asked for once more when it could be enough, though the interval is longer', async () => {
    const { clock, evidence, changes, probes } = setUp({ random: () => 0 });
    evidence(slow);
    await clock.advance(5900);
    expect(changes).toEqual(['line']);
    await clock.advance(200);
    expect(changes).toEqual(['line', 'line']);
    const [first = 0, second = 0] = probes.map(({ atMs }) => atMs);
    expect(evidence(slow)).toEqual({ sinceMs: first, lastMs: second });
    expect(second - first).toBe(5000);
    await clock.advance(40_000);
    expect(probes.length).toBe(2);
  });

  test('is none from before a stall, and begins with the first success that was asked for after it', async () => {
    const { clock, evidence, health, state } = setUp();
    const target = { container: running(), probe: PROBE };
    evidence(target);
    await clock.advance(30_000);
    expect(evidence(target)?.lastMs).toBeGreaterThan(20_000);
    state.stalledMs = clock.monotonicMs();
    expect(evidence(target)).toBeNull();
    expect(health(target)).toBe('healthy');
    await clock.advance(12_000);
    expect(evidence(target)?.sinceMs).toBeGreaterThanOrEqual(30_000);
  });

  test.each([['no answer'], [null]])(
    'takes no answer (%s) to a question from before a stall',
    async (answer) => {
      const { clock, evidence, factsOf, state } = setUp({ random: () => 0 });
      const target = { container: running(), probe: { ...PROBE, failures: 1 } };
      factsOf(target);
      await clock.advance(30_000);
      const before = factsOf(target)?.probe;
      Object.assign(state, { answer, takesMs: 2000 });
      // Asked at 36 s, answered at 38 s.
      await clock.advance(7000);
      state.stalledMs = clock.monotonicMs();
      await clock.advance(1500);
      expect(factsOf(target)?.probe).toEqual({ ...before, evidence: null });
      Object.assign(state, { answer: null, takesMs: 0 });
      await clock.advance(1000);
      expect(evidence(target)).toEqual({ sinceMs: 39_000, lastMs: 39_000 });
    },
  );

  test('is none while the newest answer is a failure, though that is forgiven', async () => {
    const { clock, evidence, health, state } = setUp({ random: () => 0 });
    const target = { container: running(), probe: PROBE };
    evidence(target);
    await clock.advance(30_000);
    state.answer = 'slow';
    await clock.advance(10_000);
    expect(health(target)).toBe('healthy');
    expect(evidence(target)).toBeNull();
    state.answer = null;
    await clock.advance(10_000);
    expect(evidence(target)?.sinceMs).toBe(1000);
  });
});

describe('a service with no probe', () => {
  test('is healthy once it has run for healthy_after', async () => {
    const { clock, health } = setUp();
    const target = { container: running(), probe: null };
    expect(health(target)).toBe('starting');
    await clock.advance(4999);
    expect(health(target)).toBe('starting');
    await clock.advance(1);
    expect(health(target)).toBe('healthy');
  });

  test('costs no timer', () => {
    const { clock, health } = setUp();
    health({ container: running(), probe: null });
    expect(clock.pendingCount).toBe(0);
  });

  test('goes by the engine’s HEALTHCHECK where it has one', async () => {
    const { clock, health } = setUp();
    const at = (engineHealth: ObservedContainer['engineHealth']) =>
      health({ container: running({ engineHealth }), probe: null });
    expect(at('starting')).toBe('starting');
    await clock.advance(60_000);
    expect(at('starting')).toBe('starting');
    expect(at('healthy')).toBe('healthy');
    expect(at('unhealthy')).toBe('unhealthy');
    expect(at('healthy')).toBe('healthy');
  });
});

describe('a check that does what no check should', () => {
  const misdeeds: readonly [string, Check, string][] = [
    ['never ends', () => new Promise(() => undefined), 'no answer within 3000 ms'],
    ['rejects', async () => Promise.reject(new Error('odd')), 'odd'],
    [
      'throws',
      () => {
        throw new RangeError('out of range');
      },
      'out of range',
    ],
  ];
  test.each(misdeeds)('and %s is a failed probe, time and again', async (_title, misdeed, why) => {
    const { clock, health, state, factsOf } = setUp();
    const target = { container: running(), probe: PROBE };
    health(target);
    await clock.advance(30_000);
    expect(health(target)).toBe('healthy');
    state.check = misdeed;
    await clock.advance(60_000);
    expect(health(target)).toBe('unhealthy');
    expect(factsOf(target)?.probe?.lastError).toBe(why);
    state.check = null;
    await clock.advance(30_000);
    expect(health(target)).toBe('healthy');
  });
});

test('with a probe and a HEALTHCHECK both must hold', async () => {
  const { clock, health, state } = setUp();
  const at = (engineHealth: ObservedContainer['engineHealth']) =>
    health({ container: running({ engineHealth }), probe: PROBE });
  state.answer = 'nothing listens';
  at('healthy');
  await clock.advance(2000);
  expect(at('healthy')).toBe('starting');
  state.answer = null;
  await clock.advance(2000);
  expect(at('starting')).toBe('starting');
  expect(at('healthy')).toBe('healthy');
  expect(at('unhealthy')).toBe('unhealthy');
});

test('probes of services that started together spread out', async () => {
  const { clock, tracker, probes } = setUp();
  const targets = Array.from({ length: 20 }, (_, n) => ({
    container: running({ id: `c${n}`, address: `172.18.0.${n}` }),
    ...{ probe: PROBE, healthyAfterMs: 5000 },
  }));
  tracker.track('line', targets, 0);
  await clock.advance(30_000);
  expect(new Set(probes.map(({ atMs }) => Math.floor(atMs))).size).toBeGreaterThan(30);
});

test('closed, it asks no more and leaves no wait behind', async () => {
  const { clock, health, tracker, probes } = setUp();
  health({ container: running(), probe: PROBE });
  await clock.advance(1000);
  tracker.close();
  const before = probes.length;
  await clock.advance(60_000);
  expect(probes.length).toBe(before);
  expect(clock.pendingCount).toBe(0);
});
