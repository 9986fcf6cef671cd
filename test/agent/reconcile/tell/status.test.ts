// What is told of a service: its limits in force, and how it ended.
import { describe, expect, it, test } from 'vitest';
import type { DesiredPresent } from '../../../../agent/model/desired-deployment.ts';
import { emptyHistory } from '../../../../agent/model/histories.ts';
import type { EffectiveLimits, ObservedContainer } from '../../../../agent/model/observed.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../../agent/model/record.ts';
import type { Revision } from '../../../../agent/model/revision.ts';
import { decide } from '../../../../agent/reconcile/decide.ts';
import { statusOf } from '../../../../agent/reconcile/tell/status.ts';
import { containerOf, observed, present, situation } from '../situations.ts';

function toldOf(
  revision: Revision<DesiredPresent>,
  containers: readonly ObservedContainer[],
  record: DeploymentRecord = EMPTY_RECORD,
) {
  const [facts, known] = situation({
    ...{ desired: revision, proven: revision, observed: observed(containers) },
    record: { ...record, proven: { revision: revision.revision, hash: revision.hash } },
  });
  return statusOf(facts, decide(facts, known)).services.web;
}

describe('limits that are not in force', () => {
  const limits = { cpus: '0.5', memory: '64M', pids: 64 };
  const one = present(1, { web: { deploy: { resources: { limits } } } });
  const asked: EffectiveLimits = { memoryBytes: 64 * 1024 ** 2, cpus: 0.5, pids: 64 };

  it.each<[string, Partial<EffectiveLimits>, string[]]>([
    ['none as asked', {}, []],
    ['none as the kernel rounds', { memoryBytes: 64 * 1024 ** 2 - 4096, cpus: 0.50001 }, []],
    ['memory that is wider by a hundredth', { memoryBytes: 1.01 * 64 * 1024 ** 2 }, ['memory']],
    ['memory that is twice as wide', { memoryBytes: 128 * 1024 ** 2 }, ['memory']],
    ['processor time that is wider by a hundredth', { cpus: 0.505 }, ['cpus']],
    ['one process more', { pids: 65 }, ['pids']],
    ['all where there are none', { memoryBytes: null, cpus: null, pids: null }, ['memory', 'cpus', 'pids']],
  ])('are %s', (_what, change, expected) => {
    const container = containerOf(one, 'web', { effective: { ...asked, ...change } });
    expect(toldOf(one, [container])?.limits?.not_enforced).toEqual(expected);
  });
});

describe('the end of a run', () => {
  const one = present(1, { web: {} });
  const [spec] = one.document.services;
  if (spec === undefined) throw new Error('one was written');
  const heldBack = {
    ...{ ...emptyHistory(spec), failuresInRow: 3, delayMs: 1000, retryAtMs: 9_000_000 },
    lastFailure: {
      ...{ code: 'exited' as const, message: 'it exited with code 7', exitCode: 7 },
      ...{ at: '2026-11-22T10:00:00.000Z', nextTryAt: '2026-11-22T10:00:01.000Z' },
    },
  };
  const stopped = containerOf(one, 'web', { state: 'exited', exitCode: 143, oomKilled: false });

  test('that the agent made is told with the failure that led to it', () => {
    const record = { ...EMPTY_RECORD, parked: [stopped.id], services: { web: heldBack } };
    expect(toldOf(one, [stopped], record)).toMatchObject({
      state: 'exited',
      exit_code: 7,
      oom_killed: false,
    });
    const oom = {
      ...heldBack,
      lastFailure: { ...heldBack.lastFailure, code: 'oom_killed' as const, exitCode: 137 },
    };
    expect(toldOf(one, [stopped], { ...record, services: { web: oom } })).toMatchObject({
      ...{ state: 'exited', exit_code: 137, oom_killed: true },
    });
  });

  test('that the agent made with no failure before it has no code', () => {
    const record = { ...EMPTY_RECORD, parked: [stopped.id] };
    expect(toldOf(one, [stopped], record)).toMatchObject({ state: 'exited', exit_code: null });
  });

  test('that nobody made is told as the engine shows it', () => {
    expect(toldOf(one, [stopped])).toMatchObject({ state: 'exited', exit_code: 143 });
  });

  test('of a job whose container is gone is its good end', () => {
    const job = present(1, { web: { restart: 'no' } });
    const [{ hash = '' } = {}] = job.document.services;
    const completed = [{ service: 'web', spec: hash, imageId: 'sha256:1' }];
    expect(toldOf(job, [], { ...EMPTY_RECORD, completed })).toMatchObject({
      ...{ state: 'exited', exit_code: 0, container: null },
    });
    expect(toldOf(job, [])).toMatchObject({ state: 'missing', exit_code: null });
  });
});

test('what PID 1 is, is told of a container and of nothing else', () => {
  const one = present(1, { web: {} });
  expect(toldOf(one, [containerOf(one, 'web', { init: 'image' })])?.init).toBe('image');
  expect(toldOf(one, [])?.init).toBeNull();
});

describe('ports', () => {
  const asked = Array.from({ length: 100 }, (_, index) => ({
    target: index + 1,
    published: String(index + 1),
  }));
  const one = present(1, { web: { ports: [...asked, { target: 200 }] } });
  const bound = [...asked, { target: 200, published: 40_000 }].map(({ target, published }) => ({
    ...{ target, protocol: 'tcp' as const, hostIp: null },
    published: Number(published),
  }));

  it('that the engine chose are told first, and no more than 64 in all', () => {
    const ports = toldOf(one, [containerOf(one, 'web', { ports: bound })])?.ports;
    expect(ports?.slice(0, 2)).toEqual([
      { target: 200, protocol: 'tcp', host_ip: null, published: 40_000 },
      { target: 1, protocol: 'tcp', host_ip: null, published: 1 },
    ]);
    expect(ports).toHaveLength(64);
  });

  it('are none where nothing runs', () => {
    expect(toldOf(one, [])?.ports).toEqual([]);
  });
});
