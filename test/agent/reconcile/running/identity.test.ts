// Whose a container is: by its id, or by the name that its creation was begun with, and never by labels alone.
import { describe, expect, it, test } from 'vitest';
import type { ObservedContainer } from '../../../../agent/model/observed.ts';
import { type DeploymentRecord, EMPTY_RECORD, NOTHING_OWNED } from '../../../../agent/model/record.ts';
import type { StepOutcome } from '../../../../agent/model/steps.ts';
import { decide } from '../../../../agent/reconcile/decide.ts';
import { recordOutcomes } from '../../../../agent/reconcile/outcomes.ts';
import { recognise } from '../../../../agent/reconcile/running/identity.ts';
import { absent, containerOf, inWords, Model, observed, present, situation } from '../situations.ts';

const one = present(1, { web: {} });
const ours = containerOf(one, 'web');
/** As `docker commit` and `docker run` make it: all labels, another id and name. */
const copy: ObservedContainer = { ...ours, id: '0-copy', name: 'dbg', networks: ['bridge'] };
const proven: DeploymentRecord = {
  ...EMPTY_RECORD,
  phase: 'converged',
  proven: { revision: 1, hash: one.hash },
};
const knowing = (...known: string[]): DeploymentRecord => ({ ...proven, own: { ...NOTHING_OWNED, known } });

function look(record: DeploymentRecord, ...containers: ObservedContainer[]) {
  const seen = recognise({ deployment: 'app', record, observed: observed(containers) });
  return { ...seen, ids: seen.observed.containers.map(({ id }) => id) };
}

describe('what is ours', () => {
  it.each<[string, DeploymentRecord, ObservedContainer[], string[]]>([
    ['is what the record knows', knowing(ours.id), [ours], [ours.id]],
    ['is no copy, though its id sorts first', knowing(ours.id), [copy, ours], [ours.id]],
    ['is no copy when the container itself is gone', knowing(ours.id), [copy], []],
    ['is nothing that bears the labels before the first creation', knowing(), [copy, ours], []],
    ['is found by labels and name where no ids are known', proven, [copy, ours], [ours.id]],
  ])('%s', (_what, record, containers, ids) => {
    expect(look(record, ...containers).ids).toEqual(ids);
  });

  it('is adopted by labels once, and not at the next look', () => {
    const { record } = look(proven, ours);
    const late = { ...ours, id: 'late', name: `${ours.name}-late` };
    expect(look(record, ours, late).ids).toEqual([ours.id]);
  });

  it('stays ours when a look misses it, and when there were many others since', () => {
    const missed = look(knowing(ours.id)).record;
    const later = { ...missed, own: { ...NOTHING_OWNED, known: [...(missed.own?.known ?? []), 'b', 'c'] } };
    expect(look(later, ours).ids).toEqual([ours.id]);
  });

  it('is forgotten, once it is long gone: the list is bounded', () => {
    let { record } = look(knowing(ours.id), ours);
    for (let number = 0; number < 1000; number += 1) {
      const own = record.own ?? NOTHING_OWNED;
      record = look({ ...record, own: { ...own, known: [...own.known, `gone-${number}`] } }, ours).record;
    }
    expect(record.own?.known.length).toBeLessThan(100);
    expect(record.own?.known).toContain(ours.id);
  });
});

describe('a stranger with our labels', () => {
  it('is neither started, stopped nor removed, and takes no place', () => {
    const seen = look(knowing(ours.id), ours, copy);
    const { steps, record } = decide(...situation({ desired: one, proven: one, ...seen }));
    expect(steps).toEqual([]);
    expect(record.phase).toBe('converged');
  });

  it('is none of what a removal removes or waits for', () => {
    const gone = look(knowing(ours.id), { ...ours, state: 'exited' }, copy);
    const removal = decide(...situation({ desired: absent(2), proven: one, ...gone }));
    expect(inWords(removal.steps)).toEqual(['remove_container web-1']);
    const left = look(removal.record, copy);
    const seen = { ...left.observed, networks: new Map() };
    const end = decide(...situation({ desired: absent(2), record: left.record, observed: seen }));
    expect(end.steps).toEqual([]);
    expect(end.record.phase).toBe('removed');
  });

  it('is told once, and again when another comes', () => {
    const first = look(knowing(ours.id), ours, copy).record;
    expect(first.own?.strangers).toEqual([{ id: '0-copy', name: 'dbg', service: 'web' }]);
    expect(look(first, ours, copy).record).toEqual(first);
    const other = { ...copy, id: '1-copy', name: 'dbg2' };
    expect(look(first, ours, copy, other).record.own?.strangers).toHaveLength(2);
    expect(look(first, ours).record.own?.strangers).toEqual([]);
  });
});

describe('a creation whose answer was lost', () => {
  const begin = () => {
    const model = new Model({ containers: [], record: { ...proven, own: NOTHING_OWNED } });
    const { steps, record } = model.decide(one, [one]);
    const [step] = steps;
    if (step?.kind !== 'create_container') throw new Error('it should be created');
    const made = { ...containerOf(one, 'web', { state: 'created', startedAt: null }), name: step.name };
    return { model, step, record, made };
  };

  test('has its name in the record before it is begun', () => {
    const { step, record } = begin();
    expect(record.own?.expected).toEqual([
      { name: step.name, service: 'web', spec: containerOf(one, 'web').specHash },
    ]);
  });

  test('is asked for again under the same name, so that no second one is made', () => {
    const { model, step, record } = begin();
    model.record = record;
    const [again] = model.decide(one, [one]).steps;
    expect(again).toEqual(step);
  });

  test('is known again by its name, which no copy of it has', () => {
    const { record, made } = begin();
    const seen = look(record, { ...copy, state: 'running' }, made);
    expect(seen.ids).toEqual([made.id]);
    expect(seen.record.own).toMatchObject({ known: [made.id], expected: [] });
    // The name alone makes nothing ours any more: somebody may have given it away.
    expect(look(seen.record, { ...copy, name: made.name }).ids).toEqual([]);
  });

  test.each<[string, StepOutcome, { known: string[]; expected: number }]>([
    ['its id comes', { ok: true, container: 'c1' }, { known: ['c1'], expected: 0 }],
    [
      'it failed, perhaps after its effect',
      { ok: false, code: 'engine_error', message: '' },
      { known: [], expected: 1 },
    ],
    ['another has the name', { ok: false, code: 'name_taken', message: '' }, { known: [], expected: 0 }],
  ])('is noted when %s', (_what, outcome, { known, expected }) => {
    const { step, record } = begin();
    const moment = { nowMs: 0, wallTime: '2026-11-22T10:00:00.000Z', chance: 0.5 };
    const { own } = recordOutcomes(record, [{ step, outcome }], moment);
    expect(own?.known).toEqual(known);
    expect(own?.expected).toHaveLength(expected);
  });
});
