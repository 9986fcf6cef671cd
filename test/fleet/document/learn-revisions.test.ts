import { expect, test } from 'vitest';
import { findRefuser, learnRevisions } from '../../../fleet/document/learn-revisions.ts';
import { FleetView } from '../../../fleet/view/fleet-view.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import type { Addressee } from '../../../protocol/topics.ts';
import { AT, makeState, makeStatus, PREFIX } from '../support/fake-device.ts';

const own: Addressee = { kind: 'device', device: 'edge-01' };
const berlin: Addressee = { kind: 'group', group: 'berlin' };
const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const desired = { revision: 7, hash: hash('a') };
const refusedAs = (code: string) => ({ revision: 9, code, path: '', message: 'm', at: AT });

function learn(to: Addressee, status: Partial<Status>, groups = ['berlin']) {
  const view = new FleetView(PREFIX);
  const accept = (leaf: string, value: object) =>
    view.accept({
      topic: `${PREFIX}/devices/edge-01/${leaf}`,
      payload: new TextEncoder().encode(JSON.stringify(value)),
    });
  accept('state', makeState('edge-01', groups));
  accept('status/hello', makeStatus(status));
  expect([...view.unreadable]).toEqual([]);
  return learnRevisions(view, to, 'hello').map(({ revision, content }) => [revision, content]);
}

const running = { revision: 6, hash: hash('b') };
test.each<[string, Addressee, Partial<Status>, unknown[]]>([
  [
    'what is followed and what runs',
    own,
    { desired, running },
    [
      [7, hash('a')],
      [6, 'unknown'],
    ],
  ],
  ['nothing of another source', own, { source: 'groups/berlin', desired }, []],
  ["a group's from its members", berlin, { source: 'groups/berlin', desired }, [[7, hash('a')]]],
  ['what is refused for its number', berlin, { refused: refusedAs('stale') }, [[9, 'other']]],
  ['what is refused for other reasons', own, { refused: refusedAs('invalid') }, [[9, 'unknown']]],
])('learns %s', (_name, to, status, expected) => {
  expect(learn(to, status)).toEqual(expected);
});

test('learns nothing of what a device refuses that is not of the group', () => {
  expect(learn(berlin, { refused: refusedAs('stale') }, ['hamburg'])).toEqual([]);
});

test.each([
  ['a higher number', 6, hash('a'), true],
  ['the same with other content', 7, hash('b'), true],
  ['the same', 7, hash('a'), false],
  ['a lower number', 8, hash('b'), false],
])('who has accepted %s', (_name, revision, content, isRefused) => {
  const taken = [{ device: 'edge-01', revision: 7, content: hash('a') }];
  expect(findRefuser(taken, revision, content) !== undefined).toBe(isRefused);
});
