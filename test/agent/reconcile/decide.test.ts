import { describe, expect, it } from 'vitest';
import { newFacts, newProbeHistory } from '../../../agent/model/health.ts';
import { emptyHistory } from '../../../agent/model/histories.ts';
import type { ObservedContainer } from '../../../agent/model/observed.ts';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import { decide } from '../../../agent/reconcile/decide.ts';
import { foldersToPurge } from '../../../agent/reconcile/removal.ts';
import {
  absent,
  containerOf,
  inherit,
  inWords,
  observed,
  present,
  runningSince,
  situation,
} from './situations.ts';

const one = present(1, { web: {} });
const two = present(2, { web: {} });
const carrier = containerOf(one, 'web');

function steady(containers: readonly ObservedContainer[], rest: object = {}) {
  const parts = {
    desired: one,
    proven: one,
    observed: observed(containers),
    health: runningSince(0, containers),
    ...rest,
  };
  return decide(...situation(parts));
}

describe('a revision that is proven', () => {
  it('is left alone when it runs as asked', () => {
    const decision = steady([carrier]);
    expect(decision.steps).toEqual([]);
    expect(decision.record.phase).toBe('converged');
    expect(decision.wants).toEqual([]);
  });

  const repairs: [string, Partial<ObservedContainer>, string[]][] = [
    [
      'is started again when somebody stopped it',
      { state: 'exited', exitCode: 137 },
      ['start_container web-1'],
    ],
    [
      'is started when it was created and never started',
      { state: 'created', startedAt: null },
      ['start_container web-1'],
    ],
    [
      'is taken away when it lacks its network, to be made anew',
      { state: 'created', networks: [] },
      ['remove_container web-1'],
    ],
    ['is taken away when it is dead', { state: 'dead' }, ['remove_container web-1']],
    ['joins its network again when somebody took it out', { networks: [] }, ['join_network web-1']],
    ['goes on when somebody paused it', { state: 'paused' }, ['unpause_container web-1']],
    [
      'gets its limits back in place',
      { settings: { ...carrier.settings, pids: 7 } },
      ['update_container web-1'],
    ],
    ['is waited for while the engine removes it', { state: 'removing' }, ['create_container web@1']],
  ];
  it.each(repairs)('%s', (_name, change, steps) => {
    expect(inWords(steady([{ ...carrier, ...change }]).steps)).toEqual(steps);
  });

  it('is made anew when its container is gone, after the network', () => {
    const without = situation({ desired: one, proven: one, observed: observed([], []) });
    expect(inWords(decide(...without).steps)).toEqual(['create_network default']);
    expect(inWords(steady([]).steps)).toEqual(['create_container web@1']);
  });

  it('has no network made where none of its services uses one', () => {
    const alone = present(1, { web: { network_mode: 'none' } });
    const [fresh, record] = situation({
      desired: alone,
      proven: alone,
      observed: observed([]),
      health: new Map(),
    });
    expect(
      inWords(decide({ ...fresh, observed: { ...fresh.observed, networks: new Map() } }, record).steps),
    ).toEqual(['create_container web@1']);
  });

  it('waits for its image when that is gone too, and keeps its hands off the rest', () => {
    const decision = steady([], { images: { 'web:1': { kind: 'missing' } } });
    expect(decision.steps).toEqual([]);
    expect(decision.wants).toMatchObject([{ reference: 'web:1' }]);
  });

  it('does not restart for a limit that the kernel does not enforce', () => {
    const limited = present(1, { web: { deploy: { resources: { limits: { memory: '64M' } } } } });
    const shown = containerOf(limited, 'web', { settings: { ...carrier.settings, memoryBytes: 0 } });
    const asked = { ...shown.settings, memoryBytes: 64 * 1024 * 1024 };
    const history = emptyHistory(limited.document.services[0]!);
    const record = {
      ...EMPTY_RECORD,
      phase: 'converged' as const,
      proven: { revision: 1, hash: limited.hash },
      services: { web: { ...history, applied: { container: shown.id, asked, shown: null } } },
    };
    const parts = {
      desired: limited,
      proven: limited,
      record,
      observed: observed([shown]),
      health: runningSince(0, [shown]),
    };
    const first = decide(...situation(parts));
    expect(first.steps).toEqual([]);
    expect(first.record.services.web?.applied?.shown?.memoryBytes).toBe(0);
    // Changed by hand since: that is repaired.
    const changed = { ...shown, settings: { ...shown.settings, memoryBytes: 7 } };
    const next = decide(...situation({ ...parts, record: first.record, observed: observed([changed]) }));
    expect(inWords(next.steps)).toEqual(['update_container web-1']);
  });

  it('has surplus instances stopped first and removed after', () => {
    const twin = { ...carrier, id: 'web-twin' };
    expect(inWords(steady([carrier, twin]).steps)).toEqual(['stop_container web-twin']);
    expect(inWords(steady([carrier, { ...twin, state: 'exited', exitCode: 0 }]).steps)).toEqual([
      'remove_container web-twin',
    ]);
  });

  it('is not started beside an instance that still runs', () => {
    const old = containerOf(present(9, { web: {} }), 'web');
    const decision = steady([{ ...carrier, state: 'exited', exitCode: 0 }, old]);
    expect(inWords(decision.steps)).toEqual(['stop_container web-9']);
  });

  it('drops networks that nothing uses any more', () => {
    const decision = decide(
      ...situation({ desired: one, proven: one, observed: observed([carrier], ['default', 'old']) }),
    );
    expect(inWords(decision.steps)).toEqual(['remove_network old']);
  });
});

describe('a service that runs once', () => {
  const job = present(1, { job: { restart: 'no' } });
  it('is good when it has ended with 0, and is not started again', () => {
    const done = containerOf(job, 'job', { state: 'exited', exitCode: 0 });
    const decision = decide(...situation({ desired: job, proven: job, observed: observed([done]) }));
    expect(decision.steps).toEqual([]);
    expect(decision.record.phase).toBe('converged');
  });

  it('is started again when it was the agent that stopped it', () => {
    const kept = containerOf(job, 'job', { state: 'exited', exitCode: 143 });
    const record = {
      ...EMPTY_RECORD,
      phase: 'converged' as const,
      proven: { revision: 1, hash: job.hash },
      parked: [kept.id],
    };
    const decision = decide(...situation({ desired: job, proven: job, record, observed: observed([kept]) }));
    expect(inWords(decision.steps)).toEqual(['start_container job-1']);
  });
});

describe('an update', () => {
  const running = { proven: one, observed: observed([carrier]), health: runningSince(0, [carrier]) };

  it('touches nothing that runs until every image is here', () => {
    const decision = decide(
      ...situation({ desired: two, ...running, images: { 'web:2': { kind: 'missing' } } }),
    );
    expect(decision.steps).toEqual([]);
    expect(decision.wants).toMatchObject([{ reference: 'web:2' }]);
    expect(decision.record).toMatchObject({ phase: 'pulling', attempt: { stage: 'pulling' } });
  });

  it('says at once that an image cannot be had, and leaves the old revision running', () => {
    const failed = {
      kind: 'failed',
      code: 'image_not_found',
      message: 'no such tag',
      hint: undefined,
      isTransient: false,
      retryAtMs: 9e9,
      nextTryAt: null,
    } as const;
    const decision = decide(...situation({ desired: two, ...running, images: { 'web:2': failed } }));
    expect(decision.steps).toEqual([]);
    expect(decision.record).toMatchObject({
      phase: 'rolled_back',
      reason: { code: 'image_not_found', path: 'services.web.image' },
    });
    expect(decision.services[0]?.container?.id).toBe('web-1');
  });

  it('waits at its gate with every image here, and leaves the old revision running', () => {
    const reason = { code: 'held', message: 'held' } as const;
    const gate = { waitsFor: 'hold' as const, reason, lookAgainInMs: 5000 };
    const decision = decide(...situation({ desired: two, ...running, gate }));
    expect(decision.steps).toEqual([]);
    expect(decision.record).toMatchObject({ phase: 'waiting', reason: gate.reason });
    expect(decision.wakeInMs).toBeLessThanOrEqual(5000);
    const pulling = decide(
      ...situation({ desired: two, ...running, gate, images: { 'web:2': { kind: 'missing' } } }),
    );
    expect(pulling.wants).toMatchObject([{ reference: 'web:2' }]);
  });

  it('whose switch was forgotten gives back the place that it took, while it waits at its gate', () => {
    const gate = {
      waitsFor: 'hold' as const,
      reason: { code: 'held' as const, message: 'held' },
      lookAgainInMs: 5000,
    };
    const stopped = { ...carrier, state: 'exited' as const, exitCode: 143 };
    const decideFor = (desired: typeof two) =>
      decide(
        ...situation({
          desired,
          proven: one,
          gate,
          observed: observed([stopped, containerOf(desired, 'web')]),
        }),
      );
    expect(inWords(decideFor(two).steps)).toEqual(['stop_container web-2']);
    const beside = present(2, { web: {} }, { update: { strategy: 'start-first' } });
    expect(inWords(decideFor(beside).steps)).toEqual(['start_container web-1']);
  });

  it('creates the new container before the old one stops', () => {
    expect(inWords(decide(...situation({ desired: two, ...running })).steps)).toEqual([
      'create_container web@2',
    ]);
  });

  it('stops the old container and keeps it, then starts the new one', () => {
    const created = containerOf(two, 'web', { state: 'created', startedAt: null });
    const stopping = decide(
      ...situation({ desired: two, proven: one, observed: observed([carrier, created]) }),
    );
    expect(inWords(stopping.steps)).toEqual(['stop_container web-1']);
    expect(stopping.record.parked).toEqual(['web-1']);
    const stopped = { ...carrier, state: 'exited' as const, exitCode: 143 };
    const starting = decide(
      ...situation({
        desired: two,
        proven: one,
        record: stopping.record,
        observed: observed([stopped, created]),
      }),
    );
    expect(inWords(starting.steps)).toEqual(['start_container web-2']);
  });

  it('with start-first starts the new container beside the old one', () => {
    const beside = present(2, { web: {} }, { update: { strategy: 'start-first' } });
    const created = containerOf(beside, 'web', { state: 'created', startedAt: null });
    const decision = decide(
      ...situation({ desired: beside, proven: one, observed: observed([carrier, created]) }),
    );
    expect(inWords(decision.steps)).toEqual(['start_container web-2']);
  });

  it('keeps the container of a service that did not change', () => {
    const before = present(1, { web: { image: 'web:1' }, db: { image: 'db:1' } });
    const after = present(2, { web: { image: 'web:2' }, db: { image: 'db:1' } });
    const containers = [containerOf(before, 'web'), containerOf(before, 'db')];
    const decision = decide(...situation({ desired: after, proven: before, observed: observed(containers) }));
    expect(inWords(decision.steps)).toEqual(['create_container web@2']);
  });

  it('needs a new container to take a limit away, which the engine cannot on a living one', () => {
    const limited = present(1, {
      web: { image: 'web:1', deploy: { resources: { limits: { memory: '64M' } } } },
    });
    const free = present(2, { web: { image: 'web:1' } });
    const decision = decide(
      ...situation({ desired: free, proven: limited, observed: observed([containerOf(limited, 'web')]) }),
    );
    expect(inWords(decision.steps)).toEqual(['create_container web@2']);
  });

  it('is not converged before its limits are in force', () => {
    const tighter = present(2, {
      web: { image: 'web:1', deploy: { resources: { limits: { memory: '64M' } } } },
    });
    const parts = {
      desired: tighter,
      proven: one,
      observed: observed([carrier]),
      health: runningSince(0, [carrier]),
    };
    expect(decide(...situation(parts)).record.phase).not.toBe('converged');
  });

  it('stops the old container within the grace of that one, not of its own', () => {
    const created = containerOf(two, 'web', { state: 'created', startedAt: null });
    const patient = { ...carrier, stopGraceMs: 77_000 };
    const plans = [
      decide(...situation({ desired: two, proven: one, observed: observed([patient, created]) })),
      decide(...situation({ desired: absent(2), proven: one, observed: observed([patient]) })),
      decide(...situation({ desired: present(2, { db: {} }), proven: one, observed: observed([patient]) })),
    ];
    for (const { steps } of plans)
      expect(steps).toContainEqual({
        ...{ kind: 'stop_container', service: 'web', index: 0, container: 'web-1', graceMs: 77_000 },
      });
  });

  it('changes limits in place, with no new container', () => {
    const tighter = present(2, {
      web: { image: 'web:1', deploy: { resources: { limits: { memory: '64M' } } } },
    });
    const decision = decide(...situation({ desired: tighter, proven: one, observed: observed([carrier]) }));
    expect(inWords(decision.steps)).toEqual(['update_container web-1']);
  });

  it('starts a service only when what it depends on is healthy', () => {
    const app = present(1, {
      db: { probe: { tcp: { port: 1 } } },
      web: { depends_on: { db: { condition: 'service_healthy' } } },
    });
    const db = containerOf(app, 'db');
    const web = containerOf(app, 'web', { state: 'created', startedAt: null });
    const health = (isUp: boolean) =>
      new Map([[db.id, { ...newFacts(0, true), probe: { ...newProbeHistory(0), isUp } }]]);
    const waiting = situation({ desired: app, observed: observed([db, web]), health: health(false) });
    expect(decide(...waiting).steps).toEqual([]);
    const ready = situation({ desired: app, observed: observed([db, web]), health: health(true) });
    expect(inWords(decide(...ready).steps)).toEqual(['start_container web-1']);
  });

  it('removes the containers of an update that it supersedes, and keeps those of the proven revision', () => {
    const three = present(3, { web: {} });
    const stopped = { ...carrier, state: 'exited' as const, exitCode: 143 };
    const decision = decide(
      ...situation({
        desired: three,
        proven: one,
        observed: observed([
          stopped,
          containerOf(two, 'web'),
          containerOf(three, 'web', { state: 'created' }),
        ]),
      }),
    );
    expect(inWords(decision.steps)).toEqual(['stop_container web-2']);
  });
});

describe('roll-outs and removal', () => {
  it('a device that takes no part keeps what it runs and says so', () => {
    const decision = decide(
      ...situation({
        desired: two,
        proven: one,
        takesPart: false,
        observed: observed([carrier]),
        health: runningSince(0, [carrier]),
      }),
    );
    expect(decision.steps).toEqual([]);
    expect(decision.record).toMatchObject({ phase: 'converged', reason: { code: 'not_in_rollout' } });
  });

  describe('inherit with no document of a group', () => {
    const over = inherit(2);
    const seen = observed([carrier]);

    it.each([
      ['the record knows nothing of', {}],
      ['was tried', { record: { ...EMPTY_RECORD, phase: 'failed' as const } }],
    ])('leaves alone what %s', (_what, known) => {
      const { steps, record } = decide(...situation({ desired: over, observed: seen, ...known }));
      expect(steps).toEqual([]);
      expect(record).toMatchObject({ phase: 'waiting', reason: { code: 'nothing_to_inherit' } });
    });

    it('keeps running what is proven', () => {
      const stopped = observed([{ ...carrier, state: 'exited' }]);
      const { steps, record } = decide(...situation({ desired: over, proven: one, observed: stopped }));
      expect(inWords(steps)).toEqual(['start_container web-1']);
      expect(record).toMatchObject({ proven: { revision: 1 } });
    });

    it.each([
      ['nothing', []],
      ["nothing but what is the engine's own, or others'", ['shared/bridge', 'shared/proxy']],
    ])('is at its end where %s is here', (_what, networks) => {
      expect(decide(...situation({ desired: over, observed: observed([], networks) })).record).toMatchObject({
        phase: 'removed',
        reason: { code: 'nothing_to_inherit' },
      });
    });
  });

  it('absent waits for a container that the engine is still removing', () => {
    const gone = absent(2);
    const removing = containerOf(present(1, { a: { image: 'a:1' } }), 'a', { state: 'removing' });
    const seen = observed([removing]);
    const waiting = decide(...situation({ desired: gone, observed: seen }));
    expect(waiting.steps).toEqual([]);
    expect(waiting.record.phase).toBe('switching');
    expect(waiting.record.reason).toMatchObject({
      code: 'removal_pending',
      path: 'services.a',
      message: 'the engine has been removing container a-1 since 2026-11-22T10:00:00.000Z',
    });
    const { record } = waiting;
    const later = { desired: gone, record, observed: seen, wallTime: '2026-11-22T11:00:00.000Z' };
    expect(decide(...situation(later)).record.reason).toEqual(record.reason);
    expect(decide(...situation({ ...later, observed: observed([], []) })).record).toMatchObject({
      phase: 'removed',
      reason: null,
    });
  });

  it('absent stops, removes, then drops the network, and keeps volumes that it does not name', () => {
    const gone = absent(2, ['data']);
    const plan = (containers: ObservedContainer[], networks: string[], volumes: string[]) =>
      inWords(
        decide(
          ...situation({ desired: gone, proven: one, observed: observed(containers, networks, volumes) }),
        ).steps,
      );
    expect(plan([carrier], ['default'], ['data', 'logs'])).toEqual(['stop_container web-1']);
    expect(plan([{ ...carrier, state: 'exited' }], ['default'], ['data', 'logs'])).toEqual([
      'remove_container web-1',
    ]);
    expect(plan([], ['default'], ['data', 'logs'])).toEqual(['remove_network default']);
    expect(plan([], [], ['data', 'logs'])).toEqual(['remove_volume data']);
    const done = decide(...situation({ desired: gone, proven: one, observed: observed([], [], ['logs']) }));
    expect(done.record).toMatchObject({ phase: 'removed', proven: null });
  });

  it('absent deletes last what it names of the folder and what is there, none within another', () => {
    const gone = absent(2, ['./a/b', './a', './a', './c', './gone', 'data']);
    const plan = (containers: ObservedContainer[], networks: string[]) => {
      const seen = { ...observed(containers, networks, ['data']), folders: new Set(['./a', './c']) };
      return inWords(decide(...situation({ desired: gone, proven: one, observed: seen })).steps);
    };
    expect(foldersToPurge(gone.document)).toEqual(['./a', './c', './gone']);
    expect(plan([{ ...carrier, state: 'exited' }], [])).toEqual(['remove_container web-1']);
    expect(plan([], ['default'])).toEqual(['remove_network default']);
    expect(plan([], [])).toEqual(['remove_volume data', 'remove_folder ./a', 'remove_folder ./c']);
    expect(foldersToPurge(absent(2, ['./a', './', 'data']).document)).toEqual(['./']);
    expect(foldersToPurge(one.document)).toEqual([]);
  });
});
