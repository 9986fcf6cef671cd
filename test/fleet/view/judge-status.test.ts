import { describe, expect, test } from 'vitest';
import { type Goal, judgeStatus } from '../../../fleet/view/judge-status.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { AT, makeStatus } from '../support/fake-device.ts';

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const goal: Goal = { name: 'hello', source: 'device', revision: 7, hash: hash('a'), state: 'present' };
const removal: Goal = { ...goal, state: 'absent' };
const ended: Goal = { ...goal, state: 'inherit' };
const ofGroup: Goal = { ...goal, source: 'groups/berlin' };
const judge = (status: Status | undefined, of: Goal, takesPart = true) =>
  judgeStatus(status, { goal: of, takesPart, groups: ['first', 'berlin', 'last'] });
const ours = { revision: 7, hash: hash('a') };
const refusal = { revision: 7, code: 'stale', path: 'revision', message: 'm', at: AT };

describe('judgeStatus', () => {
  test('nothing heard is pending', () => {
    expect(judge(undefined, goal)).toEqual({ kind: 'pending' });
  });

  test.each<[string, Goal, Partial<Status>, object]>([
    ['an older revision that converged', goal, { desired: { ...ours, revision: 6 } }, { kind: 'pending' }],
    ['ours that converged', goal, { desired: ours }, { kind: 'reached', phase: 'converged' }],
    ['ours that is pulled', goal, { desired: ours, phase: 'pulling' }, { kind: 'pending' }],
    ['ours that waits', goal, { desired: ours, phase: 'waiting' }, { kind: 'pending' }],
    ['ours that is degraded', goal, { desired: ours, phase: 'degraded' }, { kind: 'pending' }],
    [
      'ours that rolled back',
      goal,
      { desired: ours, phase: 'rolled_back' },
      { kind: 'missed', outcome: 'rolled_back' },
    ],
    ['ours that failed', goal, { desired: ours, phase: 'failed' }, { kind: 'missed', outcome: 'failed' }],
    ['a newer one', goal, { desired: { ...ours, revision: 8 } }, { kind: 'missed', outcome: 'superseded' }],
    [
      'ours with other content',
      goal,
      { desired: { ...ours, hash: hash('b') } },
      { kind: 'missed', outcome: 'superseded' },
    ],
    [
      'ours refused',
      goal,
      { desired: { ...ours, revision: 6 }, refused: refusal },
      { kind: 'missed', outcome: 'refused' },
    ],
    ['another refused', goal, { desired: ours, refused: { ...refusal, revision: 6 } }, { kind: 'reached' }],
    [
      'a removal that is done',
      removal,
      { desired: ours, phase: 'removed' },
      { kind: 'reached', phase: 'removed' },
    ],
    ['a removal that left nothing', removal, { desired: null, phase: 'removed' }, { kind: 'reached' }],
    [
      'ours taken, with a refusal of that number that another topic has led to',
      goal,
      { desired: ours, refused: refusal },
      { kind: 'reached' },
    ],
    [
      "a group's higher revision, for its own document",
      goal,
      { source: 'groups/berlin', desired: { ...ours, revision: 9 } },
      { kind: 'pending' },
    ],
    [
      "a group's document of that number and content, for its own",
      goal,
      { source: 'groups/berlin', desired: ours },
      { kind: 'pending' },
    ],
    [
      "its own, for a group's document",
      ofGroup,
      { desired: { ...ours, revision: 1 } },
      { kind: 'missed', outcome: 'superseded' },
    ],
    [
      "its own absent, for a group's document",
      ofGroup,
      { desired: ours, phase: 'removed' },
      { kind: 'missed', outcome: 'superseded' },
    ],
    [
      'an own document that has ended with nothing to inherit, for a group’s',
      ofGroup,
      { desired: ours, phase: 'removed', reason: { code: 'nothing_to_inherit', message: 'm' } },
      { kind: 'pending' },
    ],
    [
      'that of a group which comes first',
      ofGroup,
      { source: 'groups/first', desired: ours },
      { kind: 'missed', outcome: 'superseded' },
    ],
    [
      'that of a group which comes after',
      ofGroup,
      { source: 'groups/last', desired: { ...ours, revision: 99 } },
      { kind: 'pending' },
    ],
    [
      "the group's, for the end of its own",
      ended,
      { source: 'groups/berlin', desired: ours },
      { kind: 'reached' },
    ],
    [
      "the group's under way, for the end of its own",
      ended,
      { source: 'groups/berlin', desired: ours, phase: 'proving' },
      { kind: 'pending' },
    ],
    [
      'the end of its own with nothing to inherit',
      ended,
      { desired: ours, phase: 'removed' },
      { kind: 'reached' },
    ],
    ['its own still, for its end', ended, { desired: { ...ours, revision: 6 } }, { kind: 'pending' }],
    ['the end refused by an older agent', ended, { desired: null, refused: refusal }, { outcome: 'refused' }],
    ['a removal that is under way', removal, { desired: ours, phase: 'switching' }, { kind: 'pending' }],
  ])('%s', (_name, of, status, expected) => {
    expect(judge(makeStatus(status), of)).toMatchObject(expected);
  });

  test('a device that the roll-out has not come to sits out, once it has taken the document', () => {
    expect(judge(makeStatus({ desired: ours, phase: 'waiting' }), goal, false)).toEqual({ kind: 'sits_out' });
    expect(judge(makeStatus({ desired: { ...ours, revision: 6 } }), goal, false)).toEqual({
      kind: 'pending',
    });
    const refused = makeStatus({ desired: { ...ours, revision: 6 }, refused: refusal });
    expect(judge(refused, goal, false)).toMatchObject({ outcome: 'refused' });
  });

  test('the reason of the device is passed on', () => {
    const reason = { code: 'unhealthy', path: 'services.web', message: 'm', hint: 'h' };
    expect(judge(makeStatus({ desired: ours, phase: 'failed', reason }), goal)).toMatchObject({
      reason,
    });
  });
});
