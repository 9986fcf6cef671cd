import { describe, expect, test } from 'vitest';
import { type DesiredRevision, judgeStatus } from '../../../fleet/view/judge-status.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { AT, makeStatus } from '../support/fake-device.ts';

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const asked: DesiredRevision = {
  name: 'hello',
  source: 'device',
  revision: 7,
  hash: hash('a'),
  state: 'present',
};
const removal: DesiredRevision = { ...asked, state: 'absent' };
const ended: DesiredRevision = { ...asked, state: 'inherit' };
const ofGroup: DesiredRevision = { ...asked, source: 'groups/berlin' };
const judge = (status: Status | undefined, of: DesiredRevision, takesPart = true) =>
  judgeStatus(status, { desired: of, takesPart, groups: ['first', 'berlin', 'last'] });
const ours = { revision: 7, hash: hash('a') };
const refusal = { revision: 7, code: 'stale', path: 'revision', message: 'm', at: AT };

describe('judgeStatus', () => {
  test('nothing heard is pending', () => {
    expect(judge(undefined, asked)).toEqual({ kind: 'pending' });
  });

  test.each<[string, DesiredRevision, Partial<Status>, object]>([
    ['an older revision that converged', asked, { desired: { ...ours, revision: 6 } }, { kind: 'pending' }],
    ['ours that converged', asked, { desired: ours }, { kind: 'reached', phase: 'converged' }],
    ['ours that is pulled', asked, { desired: ours, phase: 'pulling' }, { kind: 'pending' }],
    ['ours that waits', asked, { desired: ours, phase: 'waiting' }, { kind: 'pending' }],
    ['ours that is degraded', asked, { desired: ours, phase: 'degraded' }, { kind: 'pending' }],
    [
      'ours that rolled back',
      asked,
      { desired: ours, phase: 'rolled_back' },
      { kind: 'missed', outcome: 'rolled_back' },
    ],
    ['ours that failed', asked, { desired: ours, phase: 'failed' }, { kind: 'missed', outcome: 'failed' }],
    ['a newer one', asked, { desired: { ...ours, revision: 8 } }, { kind: 'missed', outcome: 'superseded' }],
    [
      'ours with other content',
      asked,
      { desired: { ...ours, hash: hash('b') } },
      { kind: 'missed', outcome: 'superseded' },
    ],
    [
      'ours refused',
      asked,
      { desired: { ...ours, revision: 6 }, refused: refusal },
      { kind: 'missed', outcome: 'refused' },
    ],
    ['another refused', asked, { desired: ours, refused: { ...refusal, revision: 6 } }, { kind: 'reached' }],
    [
      'a removal that is done',
      removal,
      { desired: ours, phase: 'removed' },
      { kind: 'reached', phase: 'removed' },
    ],
    ['a removal that left nothing', removal, { desired: null, phase: 'removed' }, { kind: 'reached' }],
    [
      'ours taken, with a refusal of that number that another topic has led to',
      asked,
      { desired: ours, refused: refusal },
      { kind: 'reached' },
    ],
    [
      "a group's higher revision, for its own document",
      asked,
      { source: 'groups/berlin', desired: { ...ours, revision: 9 } },
      { kind: 'pending' },
    ],
    [
      "a group's document of that number and content, for its own",
      asked,
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
    expect(judge(makeStatus({ desired: ours, phase: 'waiting' }), asked, false)).toEqual({
      kind: 'sits_out',
    });
    expect(judge(makeStatus({ desired: { ...ours, revision: 6 } }), asked, false)).toEqual({
      kind: 'pending',
    });
    const refused = makeStatus({ desired: { ...ours, revision: 6 }, refused: refusal });
    expect(judge(refused, asked, false)).toMatchObject({ outcome: 'refused' });
  });

  test('the reason of the device is passed on', () => {
    const reason = { code: 'unhealthy', path: 'services.web', message: 'm', hint: 'h' };
    expect(judge(makeStatus({ desired: ours, phase: 'failed', reason }), asked)).toMatchObject({
      reason,
    });
  });
});
