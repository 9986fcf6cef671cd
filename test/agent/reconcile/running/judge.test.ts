import { describe, expect, it } from 'vitest';
import { emptyHistory, withHistory } from '../../../../agent/model/histories.ts';
import { instancesOf } from '../../../../agent/model/instance.ts';
import type { ObservedContainer } from '../../../../agent/model/observed.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../../agent/model/record.ts';
import { judgeServices } from '../../../../agent/reconcile/running/judge.ts';
import { lookAtServices } from '../../../../agent/reconcile/running/look.ts';
import { containerOf, observed, present, runningSince, situation } from '../situations.ts';

const waits = { depends_on: { db: { condition: 'service_healthy' } } };
const one = present(1, { web: waits, db: {} });
const [web, db] = [containerOf(one, 'web'), containerOf(one, 'db')];

function judged(containers: readonly ObservedContainer[], record: DeploymentRecord = EMPTY_RECORD) {
  const [facts] = situation({
    desired: one,
    observed: observed(containers),
    health: runningSince(0, containers),
  });
  return new Map(
    judgeServices(record, lookAtServices(facts, record, one)).map((view) => [view.spec.name, view]),
  );
}

describe('a service', () => {
  it('that is healthy and as asked is good', () => {
    expect(judged([web, db]).get('web')).toMatchObject({ plight: 'good', isAsAsked: true, waitsFor: [] });
  });

  it('that lacks a network is not as asked, and merely starting', () => {
    const apart = { ...web, networks: [] };
    expect(judged([apart, db]).get('web')).toMatchObject({ plight: 'starting', isAsAsked: false });
  });

  it('that has failed and is not healthy since is failing, by its own history', () => {
    const [spec] = instancesOf(one.document.services);
    if (spec === undefined) throw new Error('two were written');
    const failed = { ...emptyHistory(spec), failuresInRow: 1 };
    const record = withHistory(EMPTY_RECORD, spec, failed);
    const down = { ...web, state: 'exited' as const, exitCode: 1 };
    expect(judged([down, db], record).get('web')).toMatchObject({ plight: 'failing', history: failed });
  });

  it('waits for what it depends on until that is healthy', () => {
    expect(judged([web]).get('web')?.waitsFor).toEqual(['db']);
  });

  it('whose container the agent keeps is parked', () => {
    const stopped = { ...db, state: 'exited' as const, exitCode: 0 };
    const record = { ...EMPTY_RECORD, parked: [db.id] };
    expect(judged([web, stopped], record).get('db')).toMatchObject({ isParked: true, isCompleted: false });
  });
});
