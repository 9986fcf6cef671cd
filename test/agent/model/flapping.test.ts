// The verdict over a history of probe results: what fails now and then is healthy, what fails half the time is not.
import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../agent/model/desired-health.ts';
import { judgeHealth, newFacts, newProbeHistory, withResult } from '../../../agent/model/health.ts';
import { containerOf, present } from '../reconcile/situations.ts';

const PROBE: Probe = {
  ...{ kind: 'tcp', port: 80 },
  ...{ intervalMs: 10_000, timeoutMs: 2000, failures: 3, graceMs: 30_000 },
};
const container = containerOf(present(1, { web: {} }), 'web');

/** The history after these results, one every ten seconds: `.` is a success, `x` a failure. */
function historyOf(results: string) {
  return [...results].reduce(
    (history, result, index) =>
      withResult(PROBE, history, {
        ...{ error: result === 'x' ? 'HTTP 500' : null, askedMs: index * 10_000 },
        stalledMs: Number.NEGATIVE_INFINITY,
      }),
    newProbeHistory(0),
  );
}

function verdictOf(results: string) {
  const nowMs = Math.max(0, results.length - 1) * 10_000;
  const facts = { ...newFacts(0, true), probe: historyOf(results) };
  return judgeHealth(container, PROBE, { facts, healthyAfterMs: 0, nowMs });
}

const FLAPPING = { code: 'flapping', message: 'its probe failed 10 of the last 20 times' };
const FAILING = { code: 'unhealthy', message: 'its probe fails: HTTP 500' };

describe('a probe that', () => {
  it.each([
    ['never succeeded, within the grace', 'xxx', 'starting', null],
    ['never succeeded, past the grace', 'xxxx', 'unhealthy', FAILING],
    ['failed now and then', '.x..x..x.'.repeat(5), 'healthy', null],
    ['failed two times of three for a short while', '...xx.xx.xx.', 'healthy', null],
    ['failed three times in a row', '.....xxx', 'unhealthy', FAILING],
    ['failed every other time, but not for long', '.x'.repeat(9), 'healthy', null],
    ['failed every other time for long', '.x'.repeat(10), 'unhealthy', FLAPPING],
    ['failed every other time for long, and then not', `${'.x'.repeat(10)}...`, 'healthy', null],
    ['failed for long before its first success', `${'x'.repeat(30)}.x.`, 'healthy', null],
    ['was down for long, and is up again', `...${'x'.repeat(20)}.x.`, 'healthy', null],
    ['failed every other time long ago', `${'.x'.repeat(10)}${'.'.repeat(20)}xx`, 'healthy', null],
  ])('%s: %s is %s', (_name, results, health, why) => {
    expect(verdictOf(results)).toMatchObject({ health, why });
  });

  it('flaps begins its healthy run anew when it has stopped', () => {
    const results = `${'.x'.repeat(10)}...`;
    expect(verdictOf(results).evidence?.sinceMs).toBeGreaterThanOrEqual(200_000);
  });

  it('runs for ever keeps a short history', () => {
    expect(historyOf('.'.repeat(1000)).recent).toHaveLength(20);
  });
});
