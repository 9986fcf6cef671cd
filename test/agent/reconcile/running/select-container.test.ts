// Of several containers that fit a service, one carries it.
import { expect, test } from 'vitest';
import { instancesOf } from '../../../../agent/model/instance.ts';
import type { ObservedContainer } from '../../../../agent/model/observed.ts';
import { findCarriers } from '../../../../agent/reconcile/running/select-container.ts';
import { containerOf, present } from '../situations.ts';

const LIMITED = { deploy: { resources: { limits: { memory: '64M' } } } };
const one = present(1, { web: {} });
const web = (id: string, change: Partial<ObservedContainer> = {}): ObservedContainer =>
  containerOf(one, 'web', { id, ...change });

test.each<[string, ObservedContainer[], string | undefined]>([
  ['one that runs before one that does not', [web('a', { state: 'exited', revision: 9 }), web('b')], 'b'],
  ['of two that run the newest revision’s', [web('a', { revision: 1 }), web('b', { revision: 2 })], 'b'],
  [
    'of two that do not run the newest revision’s',
    [web('a', { state: 'exited', revision: 3 }), web('b', { state: 'created', revision: 2 })],
    'a',
  ],
  [
    'one that stopped before one that is dead',
    [web('a', { state: 'dead', revision: 2 }), web('b', { state: 'exited' })],
    'b',
  ],
  ['of equals always the same', [web('b'), web('a')], 'a'],
  ['none that is being removed', [web('a', { state: 'removing' })], undefined],
  ['none of another spec', [web('a', { specHash: 'sha256:other' })], undefined],
  [
    'none with a limit that the service does not ask for',
    [containerOf(present(1, { web: LIMITED }), 'web')],
    undefined,
  ],
])('%s', (_what, containers, id) => {
  for (const order of [containers, containers.toReversed()])
    expect(findCarriers(order, instancesOf(one.document.services)).get('web')?.id).toBe(id);
});

test('one that comes first by what is remembered beats all others', () => {
  const containers = [web('a', { revision: 2 }), web('b', { state: 'exited' })];
  expect(findCarriers(containers, instancesOf(one.document.services), ['b']).get('web')?.id).toBe('b');
});
