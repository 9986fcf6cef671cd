// Two instances of one service, which no document can ask for so far: nothing of the one may become the other's.
import { describe, expect, test } from 'vitest';
import { eventsOf } from '../../../../agent/loop/events-of.ts';
import type { ServiceFacts } from '../../../../agent/model/decision.ts';
import type { Facts } from '../../../../agent/model/facts.ts';
import { notHealthy } from '../../../../agent/model/health.ts';
import { historyOf, withHistory } from '../../../../agent/model/histories.ts';
import { type InstanceSpec, instancesOf } from '../../../../agent/model/instance.ts';
import type { ObservedContainer } from '../../../../agent/model/observed.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../../agent/model/record.ts';
import { pathOf, serviceOf } from '../../../../agent/model/step-table.ts';
import { refTo, stopStep } from '../../../../agent/model/steps.ts';
import { recordOutcomes } from '../../../../agent/reconcile/outcomes.ts';
import { advanceService } from '../../../../agent/reconcile/running/advance.ts';
import { isCompleted, noteCompletion, wasCompleted } from '../../../../agent/reconcile/running/completed.ts';
import { noteFailure } from '../../../../agent/reconcile/running/failures.ts';
import { expectCreated, nameFor, recognise } from '../../../../agent/reconcile/running/identity.ts';
import { judgeServices } from '../../../../agent/reconcile/running/judge.ts';
import { askLastWords, noteAsked } from '../../../../agent/reconcile/running/last-words.ts';
import { lookAtServices } from '../../../../agent/reconcile/running/look.ts';
import { noteServices } from '../../../../agent/reconcile/running/note.ts';
import { markOutdated } from '../../../../agent/reconcile/running/outdated.ts';
import { isPlaceTaken } from '../../../../agent/reconcile/running/places.ts';
import { clearAway } from '../../../../agent/reconcile/running/plan.ts';
import { findCarriers } from '../../../../agent/reconcile/running/select-container.ts';
import { containerOf, observed, present, situation } from '../situations.ts';

const depends_on = { web: { condition: 'service_started' } };
const one = present(1, {
  ...{ web: {}, job: { restart: 'no' } },
  side: { network_mode: 'service:web', depends_on },
});
const [web, job, side] = instancesOf(one.document.services);
if (web === undefined || job === undefined || side === undefined) throw new Error('three were written');
const second = (spec: InstanceSpec): InstanceSpec => ({ ...spec, instance: { ...spec.instance, index: 1 } });

const a = containerOf(one, 'web', { id: 'a' });
const b: ObservedContainer = { ...a, id: 'b', name: `${a.name}.1`, index: 1 };
const [facts] = situation({ desired: one, observed: observed([a, b]) });
const EXITED = { code: 'exited', message: 'it exited with code 1', exitCode: 1 } as const;

/** What a look would show of both, running. */
function bothSeen(around: Facts = facts): [ServiceFacts, ServiceFacts] {
  const [seen] = lookAtServices(around, EMPTY_RECORD, one);
  if (seen === undefined) throw new Error('a service is seen');
  const known = { ...seen, container: a, needsContainer: false, verdict: notHealthy('unknown') };
  return [known, { ...known, spec: second(seen.spec), container: b }];
}

describe('two instances of a service', () => {
  test('have a container each, whichever the engine lists first', () => {
    for (const containers of [
      [a, b],
      [b, a],
    ]) {
      const carriers = findCarriers(containers, [web, second(web)]);
      expect([...carriers].map(([key, { id }]) => [key, id])).toEqual([
        ['web', 'a'],
        ['web#1', 'b'],
      ]);
    }
    expect([...findCarriers([b], [web, second(web)]).keys()]).toEqual(['web#1']);
  });

  test('are joined in the first one’s namespaces alone', () => {
    const carriers = (host: string) =>
      findCarriers([a, b, containerOf(one, 'side', { joins: [host] })], [web, second(web), side]);
    expect(carriers('a').has('side')).toBe(true);
    expect(carriers('b').has('side')).toBe(false);
  });

  test('have a history each, and the deadline of an update counts their failures apart', () => {
    const attempt = {
      ...{ hash: one.hash, revision: 1, stage: 'proving' as const, pulledAtMs: 0, clockFromMs: 0 },
      ...{ resumes: 0, brokenBefore: [], failures: {}, verdict: null },
    };
    const failed = noteFailure({ ...EMPTY_RECORD, attempt }, { spec: second(web), ...EXITED }, facts);
    expect(historyOf(failed, web).failuresInRow).toBe(0);
    expect(historyOf(failed, second(web)).failuresInRow).toBe(1);
    expect(failed.attempt?.failures).toEqual({ 'web#1': 1 });
    expect(eventsOf.change('app', EMPTY_RECORD, failed)).toMatchObject([
      { type: 'service_failed', service: 'web' },
    ]);
  });

  test('are watched apart: the exit of one is no failure of the other', () => {
    const seen = bothSeen();
    const record = noteServices(EMPTY_RECORD, seen, facts);
    expect(Object.entries(record.services).map(([key, { watched }]) => [key, watched?.container])).toEqual([
      ['web', 'a'],
      ['web#1', 'b'],
    ]);
    const [first, other] = seen;
    const gone = { ...other, container: { ...b, state: 'exited' as const, exitCode: 1 } };
    const after = noteServices(record, [first, gone], facts);
    const views = judgeServices(after, [first, gone]);
    expect(views.map(({ plight }) => plight)).toEqual(['starting', 'failing']);
    const around = { ...facts, isPlaceTaken: false };
    expect(views.map((view) => advanceService(view, after, around))).toMatchObject([
      null,
      { kind: 'start_container', container: 'b' },
    ]);
  });

  test('are both awaited by a service that depends on them', () => {
    const waits = present(1, {
      web: {},
      app: { depends_on },
    });
    const [seen, app] = lookAtServices(situation({ desired: waits })[0], EMPTY_RECORD, waits);
    if (seen === undefined || app === undefined) throw new Error('two were written');
    const up = { ...seen, container: a };
    const waitsFor = (...services: ServiceFacts[]) => judgeServices(EMPTY_RECORD, services).at(-1)?.waitsFor;
    expect(waitsFor(up, { ...seen, spec: second(seen.spec) }, app)).toEqual(['web']);
    expect(waitsFor(up, { ...up, spec: second(seen.spec), container: b }, app)).toEqual([]);
  });

  test('have last words each', () => {
    const failed = noteFailure(EMPTY_RECORD, { spec: second(web), ...EXITED }, facts);
    const [first, other] = judgeServices(failed, bothSeen());
    if (first === undefined || other === undefined) throw new Error('two were seen');
    const steps = askLastWords([first, other], []);
    expect([askLastWords([first], []), steps]).toMatchObject([[], [{ service: 'web', index: 1 }]]);
    expect(noteAsked(failed, steps).services['web#1']?.lastFailure?.lastWords).toEqual({ log: [] });
  });

  test('do their work once each', () => {
    const done = containerOf(one, 'job', { id: 'done', state: 'exited', exitCode: 0 });
    const seen = { spec: second(job), container: { ...done, index: 1 }, needsContainer: false };
    expect(isCompleted(seen, EMPTY_RECORD)).toBe(true);
    const record = noteCompletion(EMPTY_RECORD, { ...bothSeen()[1], ...seen });
    expect(wasCompleted(second(job), one.hash, record)).toBe(true);
    expect(wasCompleted(job, one.hash, record)).toBe(false);
  });

  test('hold no place for each other', () => {
    expect(isPlaceTaken(web, [a])).toBe(true);
    expect(isPlaceTaken(web, [b])).toBe(false);
    expect(isPlaceTaken(second(web), [b])).toBe(true);
  });

  test('have steps that are told of the service and counted apart', () => {
    const steps = [a, b].map(stopStep);
    expect(steps.map(pathOf)).toEqual(['services.web', 'services.web#1']);
    expect(steps.map(serviceOf)).toEqual(['web', 'web']);
    expect(clearAway([{ ...b, state: 'exited' }])).toEqual([{ kind: 'remove_container', ...refTo(b) }]);
    const results = steps.map((step) => ({ step, outcome: { ok: true } as const }));
    const { repeats } = recordOutcomes(EMPTY_RECORD, results, facts);
    expect(Object.keys(repeats ?? {})).toEqual(['services.web', 'services.web#1']);
    const failing = noteFailure(EMPTY_RECORD, { spec: second(web), ...EXITED }, facts);
    expect(Object.keys(recordOutcomes(failing, results, facts).repeats ?? {})).toEqual(['services.web']);
  });

  test('are left each by its own container where an image was pulled anew', () => {
    const fresh = { ...b, imageId: 'sha256:2' };
    const watched = { container: 'x', startedAt: null, engineRestarts: 0, sinceMs: 0 };
    const record = [web, second(web)].reduce(
      (noted, spec) => withHistory(noted, spec, { ...historyOf(noted, spec), watched }),
      EMPTY_RECORD,
    );
    const marked = markOutdated(record, {
      attempt: {
        ...{ hash: one.hash, revision: 1, stage: 'pulling', pulledAtMs: null, clockFromMs: null },
        ...{ resumes: 0, brokenBefore: [], failures: {}, verdict: null, refreshed: { web: 'sha256:2' } },
      },
      specs: [web, second(web)],
      containers: [a, fresh],
    });
    expect(marked.outdated?.containers).toEqual(['a']);
    expect([web, second(web)].map((spec) => historyOf(marked, spec).watched)).toEqual([null, watched]);
  });
});

describe('the name of a container', () => {
  const named = (spec: InstanceSpec, record: DeploymentRecord = EMPTY_RECORD) =>
    nameFor(spec, { record, deployment: 'app', chance: 0.5 });

  test('is another for each instance, also where both are begun at once', () => {
    expect(named(web)).toMatch(/^app-web-[0-9a-f]{8}-80000000$/);
    expect(named(second(web))).toMatch(/^app-web-[0-9a-f]{8}\.1-80000000$/);
    const steps = [web, second(web)].map((spec) => ({
      ...{ kind: 'create_container' as const, spec, peers: {} },
      name: named(spec),
    }));
    const decision = { record: EMPTY_RECORD, steps, wants: [], wakeInMs: null, services: [] };
    const { record } = expectCreated(decision);
    expect(record.own?.expected.map(({ service }) => service)).toEqual(['web', 'web#1']);
    expect([web, second(web)].map((spec) => named(spec, record))).toEqual(steps.map(({ name }) => name));
  });

  test('tells whose it is where the store was lost', () => {
    const seen = (...containers: ObservedContainer[]) =>
      recognise({ deployment: 'app', record: EMPTY_RECORD, observed: observed(containers) }).observed
        .containers;
    const [mine, other] = [
      { ...a, name: named(web) },
      { ...b, name: named(second(web)) },
    ];
    expect(seen(mine, other).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(seen({ ...mine, name: other.name }, { ...other, name: mine.name })).toEqual([]);
  });
});
