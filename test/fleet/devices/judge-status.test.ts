import { describe, expect, test } from 'vitest';
import { type Goal, judgeStatus } from '../../../fleet/devices/judge-status.ts';
import type { Status } from '../../../protocol/status.ts';
import { AT, makeStatus } from '../support/fake-device.ts';

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const goal: Goal = { name: 'hello', revision: 7, hash: hash('a'), state: 'present' };
const removal: Goal = { ...goal, state: 'absent' };
const ours = { revision: 7, hash: hash('a') };
const refusal = { revision: 7, code: 'stale', path: 'revision', message: 'm', at: AT };

describe('judgeStatus', () => {
  test('nothing heard is pending', () => {
    expect(judgeStatus(undefined, goal, null)).toEqual({ kind: 'pending' });
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
    ['a removal that is under way', removal, { desired: ours, phase: 'switching' }, { kind: 'pending' }],
  ])('%s', (_name, of, status, expected) => {
    expect(judgeStatus(makeStatus(status), of, null)).toMatchObject(expected);
  });

  test('a refusal from before the publish is not about ours', () => {
    const status = makeStatus({ desired: { ...ours, revision: 6 }, refused: refusal });
    expect(judgeStatus(status, goal, AT)).toEqual({ kind: 'pending' });
  });

  test('the reason of the device is passed on', () => {
    const reason = { code: 'unhealthy', path: 'services.web', message: 'm', hint: 'h' };
    expect(judgeStatus(makeStatus({ desired: ours, phase: 'failed', reason }), goal, null)).toMatchObject({
      reason,
    });
  });
});
