// Ends that nobody saw, as the agent was killed between the start and the first look; and those by the kernel.
import { describe, expect, it } from 'vitest';
import { emptyHistory } from '../../../../agent/model/histories.ts';
import type { ObservedContainer } from '../../../../agent/model/observed.ts';
import { type Attempt, type DeploymentRecord, EMPTY_RECORD } from '../../../../agent/model/record.ts';
import { decide } from '../../../../agent/reconcile/decide.ts';
import { containerOf, inWords, Model, observed, present, situation } from '../situations.ts';

const old = present(1, { web: {} });
const two = present(2, { web: { restart: 'no' } });
const kept = containerOf(old, 'web');
const attempt: Attempt = {
  hash: two.hash,
  revision: 2,
  stage: 'switching',
  pulledAtMs: 1_000_000,
  clockFromMs: 1_000_000,
  resumes: 1,
  brokenBefore: [],
  failures: {},
  verdict: null,
};
const update: DeploymentRecord = {
  ...EMPTY_RECORD,
  phase: 'switching',
  proven: { revision: 1, hash: old.hash },
  attempt,
  parked: [kept.id],
};

function next(record: DeploymentRecord, end: Partial<ObservedContainer>, proven = old) {
  const containers = [
    { ...kept, state: 'exited' as const, exitCode: 143 },
    containerOf(two, 'web', { state: 'exited', exitCode: 3, ...end }),
  ];
  return decide(...situation({ desired: two, proven, record, observed: observed(containers) }));
}

describe('a service that no policy restarts and that ended before it was ever seen running', () => {
  it('fails its update at once, and not only at the deadline', () => {
    const decision = next(update, {});
    expect(inWords(decision.steps)).toEqual(['read_last_logs web-2']);
    expect(decision.record.attempt).toMatchObject({
      stage: 'condemned',
      verdict: { reason: { code: 'exited', message: 'it exited with code 3' } },
    });
  });

  it('is counted once, however often it is looked at', () => {
    const steady = { ...EMPTY_RECORD, phase: 'converged' as const, proven: { revision: 2, hash: two.hash } };
    const first = next(steady, {}, two);
    const second = next(first.record, {}, two);
    expect(first.record.services.web?.failuresInRow).toBe(1);
    expect(second.record.services.web?.failuresInRow).toBe(1);
    expect(second.record.reason).toMatchObject({ code: 'exited', path: 'services.web' });
  });

  it.each<[string, Partial<ObservedContainer>]>([
    ['was only created', { state: 'created', exitCode: null, startedAt: null }],
    ['did its work', { exitCode: 0 }],
  ])('is no failure when it %s', (_what, end) => {
    expect(next(update, end).record.services.web?.lastFailure ?? null).toBeNull();
  });
});

it('an exit with 0 of what its policy starts again is told with what a job needs', () => {
  const server = present(1, { web: { restart: 'always' } });
  const up = containerOf(server, 'web');
  const seen = decide(...situation({ desired: server, proven: server, observed: observed([up]) })).record;
  const ended = observed([{ ...up, state: 'exited', exitCode: 0 }]);
  const { record } = decide(...situation({ desired: server, proven: server, record: seen, observed: ended }));
  expect(record.services.web?.lastFailure).toMatchObject({
    message: 'it exited with code 0',
    hint: expect.stringContaining('restart "no"'),
  });
});

describe('a service that somebody started by hand while it was held back, and that runs well since', () => {
  it('is not stopped by a restart of the agent', () => {
    const revision = present(1, { web: {} });
    const model = new Model({ containers: [], networks: [] });
    model.isGood = () => false;
    const failures = (): number => model.record.services.web?.failuresInRow ?? 0;
    for (let isWaiting = false; failures() <= 3 || !isWaiting; )
      isWaiting = model.round(revision, [revision]).steps.length === 0;
    model.isGood = () => true;
    model.crash(model.containers[0]?.id ?? '');
    for (let round = 0; round < 20 && model.record.phase !== 'converged'; round += 1)
      model.round(revision, [revision]);
    expect(model.record.phase).toBe('converged');
    model.reboot();
    expect(model.decide(revision, [revision]).steps).toEqual([]);
  });
});

describe('a service that the kernel ended for its memory', () => {
  const MIB = 1024 ** 2;
  const limited = present(1, { web: { deploy: { resources: { limits: { memory: '128M' } } } } });
  const startedAt = 'run-2';
  const samples = [40, 60, 90].map((mib, index) => ({ atMs: 955_000 + index * 15_000, bytes: mib * MIB }));
  const watched = { container: 'web-1', startedAt, engineRestarts: 0, sinceMs: 900_000 };

  function failureWith(end: Partial<ObservedContainer>, memory: { startedAt: string } = { startedAt }) {
    const container = containerOf(limited, 'web', { exitCode: 137, oomKilled: true, startedAt, ...end });
    const history = { ...emptyHistory({ hash: container.specHash }), watched };
    const proven = { revision: 1, hash: limited.hash };
    const record: DeploymentRecord = {
      ...EMPTY_RECORD,
      phase: 'converged',
      proven,
      services: { web: history },
    };
    const facts = { observed: observed([container]), memory: new Map([['web-1', { ...memory, samples }]]) };
    const { record: next } = decide(...situation({ desired: limited, proven: limited, record, ...facts }));
    return next.services.web?.lastFailure;
  }

  it('has how its use grew in its record', () => {
    expect(failureWith({ state: 'exited' })).toMatchObject({
      code: 'oom_killed',
      memory: { limitBytes: 128 * MIB, samples: 3, rise: { fromBytes: 40 * MIB, spanMs: 45_000 } },
    });
  });

  it('has it also where the engine has begun the next run already', () => {
    const failure = failureWith({ state: 'running', startedAt: 'run-3', engineRestarts: 1 });
    expect(failure?.memory?.rise).toEqual({ fromBytes: 40 * MIB, spanMs: 45_000 });
  });

  it('says that nothing was read where that was an earlier run', () => {
    const failure = failureWith({ state: 'exited' }, { startedAt: 'run-1' });
    expect(failure?.memory).toEqual({ limitBytes: 128 * MIB, samples: 0 });
  });

  it('says nothing of it where it merely ended', () => {
    expect(failureWith({ state: 'exited', oomKilled: false })).not.toHaveProperty('memory');
  });
});
