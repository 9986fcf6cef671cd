import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { type UpdateState, updateStateOf } from '../../../agent/home-assistant/update-state.ts';
import { REASONS } from '../../../protocol/reports/reasons.ts';
import { PHASES, type Status } from '../../../protocol/reports/status.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';
import { updateStateSchema } from './documented.ts';

const R6 = { revision: 6, hash: 'sha256:66666666aaaa' };
const R7 = { revision: 7, hash: 'sha256:77777777aaaa' };

function stateOf(parts: Partial<Status>, desired = R7): UpdateState {
  const status = makeDeployment({ deployment: 'line', running: R6, ...parts });
  const state = updateStateOf({ ...status, desired }, desired);
  expect(v.safeParse(updateStateSchema, state).issues ?? []).toEqual([]);
  return state;
}

const progress = (current: number, total: number) =>
  makeService({ progress: { current_bytes: current, total_bytes: total } });

describe('the versions', () => {
  test('are the revisions that run and that are asked for', () => {
    expect(stateOf({ running: R6 })).toMatchObject({ installed_version: '6', latest_version: '7' });
    expect(stateOf({ running: R7 })).toMatchObject({ installed_version: '7', latest_version: '7' });
  });

  test('say so where nothing runs yet', () => {
    expect(stateOf({ running: null })).toMatchObject({ installed_version: 'none', latest_version: '7' });
  });

  test.each([
    ['a lower revision', R6],
    ['other content of the same revision', { revision: 7, hash: 'sha256:99999999aaaa' }],
  ])('are never lower ones, which Home Assistant would not offer: %s', (_what, desired) => {
    const { installed_version, latest_version } = stateOf({ running: R7 }, desired);
    expect(installed_version).toBe('7');
    expect(latest_version).toBe(`${desired.revision} (${desired.hash.slice(7, 15)})`);
  });
});

describe('the progress', () => {
  test.each(PHASES)('of phase %s is told as documented', (phase) => {
    const isUnderWay = ['pulling', 'switching', 'proving'].includes(phase);
    expect(stateOf({ phase }).in_progress).toBe(isUnderWay);
  });

  test.each([
    [{}, null],
    [{ a: makeService() }, null],
    [{ a: progress(0, 0) }, null],
    [{ a: progress(0, 100), b: progress(99, 100) }, 49],
    [{ a: progress(100, 100) }, 100],
    [{ a: progress(300, 100) }, 100],
  ])('of a pull is the share of all bytes that are known: %o', (services, percent) => {
    expect(stateOf({ phase: 'pulling', services }).update_percentage).toBe(percent);
  });

  test('is of a pull alone', () => {
    expect(stateOf({ phase: 'proving', services: { a: progress(1, 2) } }).update_percentage).toBeNull();
  });
});

describe('the summary', () => {
  test('says what it waits for', () => {
    const reason = { code: 'window', message: 'waits for the update window, which opens at 02:00' };
    expect(stateOf({ phase: 'waiting', reason }).release_summary).toBe(
      'Revision 7: waiting, waits for the update window, which opens at 02:00',
    );
  });

  test.each(Object.keys(REASONS))('of %s is one that Home Assistant takes', (code) => {
    const state = stateOf({ phase: 'rolled_back', reason: { code, message: 'm' } });
    expect(state.release_summary).toMatch(/^Revision 7: rolled back, /);
  });

  test('has no word of what a service, a registry or an engine wrote, as it is shown as Markdown', () => {
    const message = '{{ states }} ![x](https://evil.test/x.png) <script>alert(1)</script>';
    for (const code of ['exited', 'pull_failed', 'refused_by_engine', '{{ x }}![y](z)']) {
      const told = stateOf({ phase: 'failed', reason: { code, message, hint: message, log: [message] } });
      expect(told.release_summary).not.toMatch(/evil|states|script|[{}[\]<>!]/);
    }
  });
});
