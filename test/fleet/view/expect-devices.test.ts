import { describe, expect, test } from 'vitest';
import { expectDevices } from '../../../fleet/view/expect-devices.ts';
import { FleetView } from '../../../fleet/view/fleet-view.ts';
import type { Deployment } from '../../../protocol/deployment/deployment.ts';
import type { Addressee } from '../../../protocol/topics.ts';
import { makePresence, makeState, makeStatus, PREFIX } from '../support/fake-device.ts';

const berlin: Addressee = { kind: 'group', group: 'berlin' };
const document: Deployment = {
  schema: 'holdfast.deployment/1',
  name: 'hello',
  revision: 1,
  state: 'absent',
  purge: [],
};

interface Reported {
  readonly groups?: string[];
  readonly online?: boolean;
  readonly source?: string;
  readonly phase?: 'converged' | 'removed' | 'failed';
  readonly code?: string;
  /** It has taken no document. */
  readonly isRefused?: boolean;
}

function viewOf({ groups, online, source, phase = 'converged', code, isRefused }: Reported): FleetView {
  const view = new FleetView(PREFIX);
  const accept = (leaf: string, value: object) =>
    view.accept({
      topic: `${PREFIX}/devices/edge-01/${leaf}`,
      payload: new TextEncoder().encode(JSON.stringify(value)),
    });
  if (groups !== undefined) accept('state', makeState('edge-01', groups));
  if (online !== undefined) accept('presence', makePresence(online));
  const desired = isRefused === true ? null : { revision: 1, hash: `sha256:${'0'.repeat(64)}` };
  const reason = code === undefined ? null : { code, message: 'm' };
  if (source !== undefined) accept('status/hello', makeStatus({ source, phase, desired, reason }));
  expect([...view.unreadable]).toEqual([]);
  return view;
}

describe('a device of a group', () => {
  test.each<[string, Reported, object[]]>([
    ['that is online is awaited', { groups: ['berlin'], online: true }, [{ kind: 'awaited' }]],
    [
      'that is offline is skipped',
      { groups: ['berlin'], online: false },
      [{ kind: 'skipped', why: 'offline' }],
    ],
    ['without presence is skipped', { groups: ['berlin'] }, [{ kind: 'skipped', why: 'offline' }]],
    ['of another group is none', { groups: ['hamburg'], online: true }, []],
    ['without state is none', { online: true }, []],
    [
      'with a document of its own is skipped',
      { groups: ['berlin'], online: true, source: 'device' },
      [{ kind: 'skipped', why: 'other_source' }],
    ],
    [
      'whose own document asks for its absence is skipped',
      { groups: ['berlin'], online: true, source: 'device', phase: 'removed' },
      [{ kind: 'skipped', why: 'other_source' }],
    ],
    [
      'whose own document has ended is awaited',
      { groups: ['berlin'], online: true, source: 'device', phase: 'removed', code: 'nothing_to_inherit' },
      [{ kind: 'awaited' }],
    ],
    [
      'that has only refused what came is awaited',
      { groups: ['berlin'], online: true, source: 'device', phase: 'failed', isRefused: true },
      [{ kind: 'awaited' }],
    ],
    [
      'that follows a group before this one is skipped',
      { groups: ['first', 'berlin'], online: true, source: 'groups/first' },
      [{ kind: 'skipped', why: 'other_source' }],
    ],
    [
      'that follows a group after this one is awaited',
      { groups: ['berlin', 'last'], online: true, source: 'groups/last' },
      [{ kind: 'awaited' }],
    ],
  ])('%s', (_name, reported, expected) => {
    expect(expectDevices(viewOf(reported), { to: berlin, document, all: [berlin] })).toMatchObject(expected);
  });

  test('whose turn has not come is awaited, to take the document', () => {
    const view = viewOf({ groups: ['berlin'], online: true });
    const rollout = { percent: 0, salt: 's' };
    const publications = { to: berlin, document: { ...document, rollout }, all: [berlin] };
    expect(expectDevices(view, publications)).toMatchObject([{ kind: 'awaited', takesPart: false }]);
  });
});

describe('what is published together', () => {
  const device: Addressee = { kind: 'device', device: 'edge-01' };
  const first: Addressee = { kind: 'group', group: 'first' };
  test.each<[string, Addressee[], object]>([
    ["a member's own document keeps it from the group's", [berlin, device], { why: 'other_source' }],
    ['so does that of a group which comes first', [first, berlin], { why: 'other_source' }],
    ["another device's does not", [berlin, { kind: 'device', device: 'edge-02' }], { kind: 'awaited' }],
  ])('%s', (_name, all, expected) => {
    const view = viewOf({ groups: ['first', 'berlin'], online: true });
    expect(expectDevices(view, { to: berlin, document, all })).toMatchObject([expected]);
  });
});

describe('a device named outright', () => {
  const device: Addressee = { kind: 'device', device: 'edge-01' };
  test.each<[string, Reported, string | null]>([
    ['is awaited', { online: true }, null],
    [
      'is awaited while it is offline, and that is said',
      { online: false },
      'is offline (it connected last at 2026-',
    ],
    ['is awaited when it has never reported, and that is said', {}, 'has never reported'],
  ])('%s', (_name, reported, note) => {
    expect(expectDevices(viewOf(reported), { to: device, document, all: [device] })).toMatchObject([
      { kind: 'awaited', note: note === null ? null : expect.stringContaining(note) },
    ]);
  });
});
