import { describe, expect, test } from 'vitest';
import { askPause } from '../../../agent/model/pause.ts';
import type { Notice } from '../../../agent/notices/notices.ts';
import { offerFix } from '../../../agent/operations/fix.ts';
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

async function ask(args: object, paused: readonly string[] = []) {
  const retried: string[] = [];
  const pulled: string[] = [];
  const begun: Notice[] = [];
  const diagnosis = { find: () => ({ findings: [REGISTRY, BROKER, MANAGER], folded: [SERVICE] }) };
  const offered = offerFix({
    diagnosis,
    supervisor: {
      pauseOf: (name) => (paused.includes(name) ? PAUSE : null),
      retry: (name) => retried.push(name) > 0,
    },
    puller: { retryNow: (name) => pulled.push(name) },
    notices: { publish: (notice) => begun.push(notice) },
  });
  const outcome = await offered.ask({ ...args }, new AbortController().signal);
  return { outcome, retried, pulled, begun };
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
