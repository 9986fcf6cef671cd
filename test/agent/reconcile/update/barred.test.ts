// What fails by its own fault is not tried again of its own accord; what fails for any other reason is.

import { describe, expect, it } from 'vitest';
import { resumeRecord } from '../../../../agent/model/resume-record.ts';
import type { StepOutcome } from '../../../../agent/model/steps.ts';
import { decide } from '../../../../agent/reconcile/decide.ts';
import { withRetry } from '../../../../agent/reconcile/retry.ts';
import { statusOf } from '../../../../agent/reconcile/tell/status.ts';
import { failedServices } from '../../../../agent/reconcile/update/failed-services.ts';
import type { ReasonCode } from '../../../../protocol/reports/reasons.ts';
import { Model, present, type Services } from '../situations.ts';

const one = present(1, { web: {} });
/** Of the second revision, and of others under other numbers. */
const CONTENT = { web: { image: 'web:2' } };
const two = present(2, CONTENT);
const all = [one, two];
const MINUTE_MS = 60_000;

/** A device whose engine refuses to start revision 2, for as long as `refusal` stands. */
class Refusing extends Model {
  refusal: (StepOutcome & { ok: false }) | null = null;
  tries = 0;

  override carryOut(step: Parameters<Model['carryOut']>[0]): StepOutcome {
    const isNew = step.kind === 'start_container' && step.spec.revision === 2;
    if (isNew) this.tries += 1;
    return isNew && this.refusal !== null ? this.refusal : super.carryOut(step);
  }
}

/** Rounds until this much time has passed, with a look every 30 seconds at least. */
function run(model: Model, desired: typeof one, forMs: number): void {
  const endMs = model.nowMs + forMs;
  while (model.nowMs < endMs) model.round(desired, all);
}

function refusedAs(code: ReasonCode): Refusing {
  const model = new Refusing({ containers: [] });
  run(model, one, MINUTE_MS);
  model.refusal = { ok: false, code, message: 'refused' };
  run(model, two, MINUTE_MS);
  expect(model.record).toMatchObject({ phase: 'rolled_back', reason: { code }, proven: { revision: 1 } });
  expect(model.upOf('web').map(({ revision }) => revision)).toEqual([1]);
  return model;
}

const PYTHON = {
  ...{ type: 'KeyError', message: "'PORT'", file: '/app/main.py', line: 3, function: 'main' },
  ...{ fingerprint: '1df40f3a71a1', traceback: "KeyError: 'PORT'" },
};

/** A device on which what comes after this revision ends at once, with a traceback. */
class Crashing extends Model {
  override carryOut(step: Parameters<Model['carryOut']>[0]): StepOutcome {
    if (step.kind !== 'read_last_logs') return super.carryOut(step);
    return { ok: true, words: { log: ['last words'], python: PYTHON } };
  }
}

function crashed(goodRevision: number, others: Services = {}): Crashing {
  const model = new Crashing({ containers: [] });
  model.isGood = ({ revision }) => revision <= goodRevision;
  const [before, after] = [present(1, { web: {}, ...others }), present(2, { ...CONTENT, ...others })];
  for (let rounds = 0; rounds < 100; rounds += 1) model.round(before, [before, after]);
  for (let rounds = 0; rounds < 100; rounds += 1) model.round(after, [before, after]);
  expect(model.record).toMatchObject({ phase: 'rolled_back', proven: { revision: 1 } });
  return model;
}

/** What the device tells of itself. */
function statusNow(model: Model, desired: typeof one) {
  const [facts, record] = model.situation(desired, all);
  return statusOf(facts, decide(facts, record));
}

const OF_THE_CONTENT: readonly ReasonCode[] = [
  ...(['exited', 'oom_killed', 'unhealthy', 'flapping'] as const),
  ...(['command_not_found', 'refused_by_engine'] as const),
];
const OF_ANYTHING_ELSE: readonly ReasonCode[] = [
  ...(['port_taken', 'no_space', 'device_missing', 'path_missing', 'image_missing', 'name_taken'] as const),
  ...(['engine_error', 'io_error', 'stop_timeout', 'removed'] as const),
];

describe('content that failed', () => {
  it.each(OF_ANYTHING_ELSE)(
    'with %s is barred, says when it is tried again, and proves itself then',
    (code) => {
      const model = refusedAs(code);
      expect(model.record.barred).toMatchObject([{ content: two.content, retry: { tries: 1 } }]);
      expect(model.record.reason?.hint).toMatch(/tried again by itself, not before 20\d\d-.*Z$/);
      model.refusal = null;
      run(model, two, 10 * MINUTE_MS);
      expect(model.record).toMatchObject({ phase: 'converged', proven: { revision: 2 }, barred: [] });
    },
  );

  it.each(OF_THE_CONTENT)('with %s stays barred until told to be tried again', (code) => {
    const model = refusedAs(code);
    model.refusal = null;
    run(model, two, 24 * 60 * MINUTE_MS);
    expect(model.record).toMatchObject({ phase: 'rolled_back', proven: { revision: 1 } });
  });

  it('tells, under whatever number it comes, when it failed and as which revision, until it is tried again', () => {
    const model = refusedAs('exited');
    const failedAt = model.record.barred[0]?.failed?.at ?? '';
    expect(Date.parse(failedAt)).not.toBeNaN();
    const again = present(5, CONTENT);
    model.refusal = null;
    run(model, again, MINUTE_MS);
    expect(statusNow(model, again)).toMatchObject({
      phase: 'rolled_back',
      barred: { revision: 2, at: failedAt },
    });
    model.record = withRetry(model.record);
    for (let rounds = 0; rounds < 100; rounds += 1) model.round(again, [one, again]);
    expect(statusNow(model, again)).toMatchObject({ phase: 'converged' });
    expect(statusNow(model, again)).not.toHaveProperty('barred');
  });

  it('keeps how its services failed over restarts, until another revision is proven', () => {
    const model = crashed(1);
    const services = {
      web: { code: 'exited', message: 'it exited with code 1', failures: 3, python: PYTHON },
    };
    expect(statusNow(model, two)).toMatchObject({ barred: { revision: 2, services } });
    model.record = resumeRecord(model.record, 5);
    expect(statusNow(model, two)).toMatchObject({ barred: { services: { web: { log: ['last words'] } } } });
    model.isGood = () => true;
    const three = present(3, { web: { image: 'web:3' } });
    for (let rounds = 0; rounds < 100; rounds += 1) model.round(three, [...all, three]);
    expect(model.record.proven).toMatchObject({ revision: 3 });
    const [bar] = model.record.barred;
    expect(bar?.failed).toEqual({ revision: 2, at: expect.any(String) });
  });

  it('is read again at each failure where there is nothing to go back to', () => {
    const model = new Crashing({ containers: [] });
    model.isGood = () => false;
    const times = new Set<unknown>();
    for (let rounds = 0; rounds < 60; rounds += 1) {
      model.round(one, [one]);
      const { last_failure: failure } = statusNow(model, one).services.web ?? {};
      if (failure?.python !== undefined) times.add(failure.count);
    }
    expect(statusNow(model, one)).toMatchObject({ phase: 'failed', reason: { log: ['last words'] } });
    expect([...times].slice(0, 4)).toEqual([1, 2, 3, 4]);
  });

  it('keeps that of the newest one alone, and of no service that did not fail in it', () => {
    const db = { image: 'db:1' };
    const model = crashed(1, { db });
    const three = present(3, { web: { image: 'web:3' }, db });
    const revisions = [present(1, { web: {}, db }), three];
    for (let rounds = 0; rounds < 100; rounds += 1) model.round(three, revisions);
    expect(model.record.barred).toMatchObject([
      { failed: { revision: 2 } },
      { failed: { revision: 3, services: { web: { times: 3 } } } },
    ]);
    const [before, newest] = model.record.barred;
    expect(before?.failed).not.toHaveProperty('services');
    expect(Object.keys(newest?.failed?.services ?? {})).toEqual(['web']);
  });

  it('has how it failed also where nothing ended: it was never good', () => {
    const silent = refusedAs('exited');
    const reason = { code: 'deadline' as const, path: 'services.web', message: 'too late', log: ['hm'] };
    const at = '2026-11-22T10:00:00.000Z';
    expect(failedServices(silent.record, two, { reason, at })).toEqual({
      web: {
        failure: {
          code: 'deadline',
          message: 'too late',
          exitCode: null,
          at,
          nextTryAt: at,
          lastWords: { log: ['hm'] },
        },
        times: 0,
      },
    });
  });

  it('stays barred under another number, date and roll-out', () => {
    const model = refusedAs('exited');
    model.refusal = null;
    const again = present(3, CONTENT, {
      issued_at: '2026-11-23T00:00:00Z',
      rollout: { percent: 100, salt: 'again' },
    });
    const { tries } = model;
    while (model.nowMs < 60 * MINUTE_MS) model.round(again, [...all, again]);
    expect(model.tries).toBe(tries);
    expect(model.record).toMatchObject({ phase: 'rolled_back', proven: { revision: 1 } });
  });

  it('is tried ever more seldom, every six hours at least, and never given up', () => {
    const model = refusedAs('port_taken');
    const tries = (forMs: number): number => {
      const before = model.tries;
      run(model, two, forMs);
      return model.tries - before;
    };
    const firstDay = tries(24 * 60 * MINUTE_MS);
    expect(firstDay).toBeGreaterThanOrEqual(3 * 6);
    expect(firstDay).toBeLessThanOrEqual(3 * 12);
    const tenthDay = [...Array(9)].map(() => tries(24 * 60 * MINUTE_MS)).at(-1);
    expect(tenthDay).toBeGreaterThanOrEqual(3 * 4);
    expect(tenthDay).toBeLessThanOrEqual(3 * 8);
  });

  it('waits half as long after each start of the agent, and no less than a minute', () => {
    const model = refusedAs('port_taken');
    const { delayMs = 0 } = model.record.barred[0]?.retry ?? {};
    const waits = Array.from({ length: 5 }, () => {
      model.record = resumeRecord(model.record, 5);
      const { retry } = model.record.barred[0] ?? {};
      expect(retry?.atMs).toBe(5 + (retry?.delayMs ?? 0));
      return retry?.delayMs;
    });
    expect(waits).toEqual([delayMs / 2, delayMs / 4, MINUTE_MS, MINUTE_MS, MINUTE_MS]);
  });

  it('goes on with a try that is under way after a restart of the agent', () => {
    const model = refusedAs('port_taken');
    const { atMs = 0 } = model.record.barred[0]?.retry ?? {};
    model.nowMs = atMs;
    model.round(two, all);
    expect(model.record.attempt?.revision).toBe(2);
    model.reboot();
    model.refusal = null;
    run(model, two, MINUTE_MS);
    expect(model.record).toMatchObject({ phase: 'converged', proven: { revision: 2 } });
  });

  it('wakes the loop when it is to be tried again', () => {
    const model = refusedAs('port_taken');
    // The model sleeps for as long as the last decision told it to.
    expect(model.nowMs).toBe(model.record.barred[0]?.retry?.atMs);
  });
});
