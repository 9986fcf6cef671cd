import { describe, expect, test } from 'vitest';
import { askPause } from '../../../agent/model/pause.ts';
import type { Notice } from '../../../agent/notices/notices.ts';
import { offerFix } from '../../../agent/operations/fix.ts';
import type { Offer } from '../../../agent/operations/offer.ts';
import type { Operation } from '../../../protocol/operations/operation.ts';
import { restart } from '../../../protocol/operations/restart.ts';
import { resume } from '../../../protocol/operations/resume.ts';
import type { Finding, Fix } from '../../../protocol/reports/finding.ts';

const RETRY: Fix = { by: 'technician', text: 'try it again', command: 'holdfast retry one', can_run: true };

function finding(subject: string, fix: Fix | null, causeOf: readonly string[] = []): Finding {
  return {
    ...{ id: `code:${subject}`, code: 'code', subject, severity: 'error', title: 'it is so', fix },
    ...{ since: '2026-11-22T12:00:00Z', evidence: [], changed: [], log: [], cause_of: [...causeOf] },
  };
}

const BELOW = ['code:deployments/one/services/web', 'code:deployments/two', 'other:deployments/two'];
const REGISTRY = finding('registries/r.example.com', RETRY, BELOW);
const SERVICE = finding('deployments/one/services/web', RETRY);
const BROKER = finding('broker', {
  by: 'technician',
  text: 'set broker.url',
  command: 'nano x',
  can_run: false,
});
const MANAGER = finding('deployments/three', {
  by: 'fleet_manager',
  text: 'publish another',
  can_run: false,
});

const PAUSE = askPause(
  { forMs: 60_000, reason: 'x', by: 'fleet' },
  { nowMs: 0, wallTime: '2026-11-22T10:00:00.000Z' },
);

const RESTART = finding('deployments/four/services/web', {
  ...RETRY,
  command: 'holdfast restart four/web',
});
const RESUME = finding('deployments/five', { ...RETRY, command: 'holdfast resume five' });
const UNDER_WAY = { kind: 'refused', code: 'update_under_way', message: 'it is being changed' } as const;

async function ask(args: object, paused: readonly string[] = [], isChanging = false) {
  const asked: unknown[] = [];
  const offerNamed = (operation: Operation, key: string): Offer => ({
    operation,
    async ask(given, _signal, by) {
      asked.push([operation.name, given[key], by]);
      return isChanging ? UNDER_WAY : { kind: 'accepted', answer: {} };
    },
  });
  const retried: string[] = [];
  const pulled: string[] = [];
  const begun: Notice[] = [];
  const diagnosis = {
    find: () => ({ findings: [REGISTRY, BROKER, MANAGER, RESTART, RESUME], folded: [SERVICE] }),
  };
  const offered = offerFix({
    diagnosis,
    supervisor: {
      pauseOf: (name) => (paused.includes(name) ? PAUSE : null),
      retry: (name) => retried.push(name) > 0,
    },
    puller: { retryNow: (name) => pulled.push(name) },
    notices: { publish: (notice) => begun.push(notice) },
    operations: { restart: offerNamed(restart, 'target'), resume: offerNamed(resume, 'deployment') },
  });
  const outcome = await offered.ask({ ...args }, new AbortController().signal);
  return { outcome, retried, pulled, begun, asked };
}

test('without yes nothing is done, and it is said what would be', async () => {
  const { outcome, retried, begun } = await ask({ id: SERVICE.id });
  const answer = { id: SERVICE.id, title: 'it is so', action: 'try one again', is_begun: false };
  expect(outcome).toEqual({ kind: 'done', answer });
  expect([...retried, ...begun]).toEqual([]);
});

test('with yes all that suffer are tried again, each once, and it is told', async () => {
  const { outcome, retried, pulled, begun } = await ask({ id: REGISTRY.id, yes: true });
  expect(outcome).toMatchObject({ kind: 'accepted', answer: { is_begun: true } });
  expect([retried, pulled]).toEqual([
    ['one', 'two'],
    ['one', 'two'],
  ]);
  const event = { type: 'fix_applied', id: REGISTRY.id, action: 'try one, two again' };
  expect(begun).toEqual([{ kind: 'event', event }]);
});

describe('what the agent cannot mend is left alone, with who can', () => {
  test.each([
    [BROKER, 'set broker.url; on the device: nano x'],
    [MANAGER, 'the fleet manager can: publish another'],
  ])('%#', async ({ id }, words) => {
    const { outcome, retried } = await ask({ id, yes: true });
    const message = expect.stringContaining(words);
    expect(outcome).toMatchObject({ kind: 'refused', code: 'not_runnable', message });
    expect(retried).toEqual([]);
  });
});

test('a finding that is not there any more', async () => {
  const { outcome } = await ask({ id: 'gone:disk', yes: true });
  expect(outcome).toMatchObject({ kind: 'not_found', code: 'no_such_finding' });
});

test('of those that suffer the paused ones are left alone, and where all are it is refused', async () => {
  expect((await ask({ id: REGISTRY.id, yes: true }, ['one'])).retried).toEqual(['two']);
  const { outcome, retried } = await ask({ id: REGISTRY.id, yes: true }, ['one', 'two']);
  expect(outcome).toMatchObject({ kind: 'refused', code: 'paused' });
  expect(retried).toEqual([]);
});

describe('where the finding names another operation, that is what is done', () => {
  test.each([
    [RESTART, 'restart four/web', ['restart', 'four/web', 'device']],
    [RESUME, 'end the pause of five', ['resume', 'five', 'device']],
  ])('%#', async ({ id }, action, call) => {
    const before = await ask({ id });
    expect(before.outcome).toMatchObject({ kind: 'done', answer: { action, is_begun: false } });
    expect([...before.asked, ...before.begun]).toEqual([]);
    const { outcome, asked, begun } = await ask({ id, yes: true });
    expect(outcome).toMatchObject({ kind: 'accepted', answer: { action, is_begun: true } });
    expect(asked).toEqual([call]);
    expect(begun).toEqual([{ kind: 'event', event: { type: 'fix_applied', id, action } }]);
  });

  test('what it is refused with is the answer, and no fix is told', async () => {
    const { outcome, begun } = await ask({ id: RESTART.id, yes: true }, [], true);
    expect(outcome).toEqual(UNDER_WAY);
    expect(begun).toEqual([]);
  });
});
