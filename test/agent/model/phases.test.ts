// The table of phases: the same in code and documentation, and no way round and round it across reboots.
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { MAX_RESUMES, PHASE_TABLE, type Stage } from '../../../agent/model/phases.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../../../agent/model/record.ts';
import { PHASES } from '../../../protocol/reports/status.ts';
import { containerOf, Model, present } from '../reconcile/situations.ts';

const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

function rowsInWords(): string[] {
  return Object.entries(PHASE_TABLE).map(([name, { told, does, stored, afterCrash, ends }]) => {
    const shown = told === null ? 'as before' : `\`${told}\``;
    return `| \`${name}\` | ${shown} | ${does} | ${stored} | ${afterCrash} | ${ends} |`;
  });
}

test('docs/operations.md shows the rows of the table, no more and no fewer', () => {
  const heading = '### From phase to phase';
  const [section] = page.slice(page.indexOf(heading)).split(/\n#+ /);
  expect(section?.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rowsInWords());
});

test('every phase that a status can tell has a row', () => {
  const told = Object.values(PHASE_TABLE).flatMap((row) => row.told ?? []);
  // `failed` is what `unproven` is told as.
  expect([...new Set(told)].toSorted()).toEqual([...PHASES].toSorted());
});

const before = present(1, { web: {} });
const after = present(2, { web: {} }, { update: { healthy_after: '60s', deadline: '10m' } });
const both = [before, after];

function running(isFirst = false): Model {
  const record: DeploymentRecord = { ...EMPTY_RECORD, proven: { revision: 1, hash: before.hash } };
  return isFirst
    ? new Model({ containers: [] })
    : new Model({ containers: [containerOf(before, 'web')], record });
}

/** Up to the moment at which the stage is stored and nothing of it is done yet. */
function runUntil(model: Model, stage: Stage): void {
  for (let round = 0; round < 100; round += 1) {
    const { record } = model.decide(after, both);
    if (record.attempt?.stage === stage) {
      model.record = record;
      return;
    }
    model.round(after, both);
  }
  throw new Error(`never in stage ${stage}`);
}

/** How many starts, each cut off once its decision is stored, it takes until the attempt is over. */
function startsUntilOver(model: Model): number {
  let starts = 0;
  for (; starts < 50 && model.record.attempt !== null; starts += 1) {
    model.reboot();
    model.record = model.decide(after, both).record;
  }
  return starts;
}

describe('reboots without end', () => {
  it.each(['switching', 'proving'] as const)('in the stage %s end with the old revision', (stage) => {
    const model = running();
    runUntil(model, stage);
    expect(startsUntilOver(model)).toBe(MAX_RESUMES + 1);
    expect(model.record.barred).toMatchObject([{ content: after.content, reason: { code: 'never_proven' } }]);
    for (let starts = 0; starts < 50; starts += 1) {
      model.reboot();
      model.record = model.decide(after, both).record;
      expect(model.record.attempt).toBeNull();
    }
    for (let round = 0; round < 5 && model.record.phase !== 'rolled_back'; round += 1)
      model.round(after, both);
    expect(model.record.phase).toBe('rolled_back');
    expect(model.upOf('web').map(({ revision }) => revision)).toEqual([1]);
    // The content has shown nothing: power cuts do the same to a good one.
    expect(model.record.barred[0]?.retry).toMatchObject({ tries: 1 });
  });

  it('while the last log lines are read leave them unread', () => {
    const model = running();
    model.isGood = ({ revision }) => revision === 1;
    runUntil(model, 'condemned');
    expect(startsUntilOver(model)).toBe(MAX_RESUMES + 1);
    expect(model.record.barred).toMatchObject([{ content: after.content, reason: { code: 'exited' } }]);
  });

  it('while pulling go on pulling: the old revision runs, and nothing of the new one does', () => {
    const model = running();
    const images = { 'web:2': { kind: 'missing' as const } };
    for (let starts = 0; starts < 50; starts += 1) {
      model.round(after, both, images);
      model.reboot();
    }
    expect(model.record.attempt).toMatchObject({ stage: 'pulling', resumes: 0 });
    expect(model.upOf('web').map(({ revision }) => revision)).toEqual([1]);
  });

  it('of a first deployment are told as failed, and it is tried on: there is nothing to go back to', () => {
    const model = running(true);
    for (let starts = 0; starts < 50; starts += 1) {
      model.round(after, both);
      model.reboot();
    }
    expect(model.record).toMatchObject({ phase: 'failed', reason: { code: 'never_proven' }, proven: null });
    expect(model.record.attempt?.resumes).toBe(MAX_RESUMES + 1);
    for (let round = 0; round < 5; round += 1) model.round(after, both);
    expect(model.record).toMatchObject({ phase: 'converged', proven: { revision: 2 } });
  });
});
