import { expect, test } from 'vitest';
import { instancesOf } from '../../../agent/model/instance.ts';
import {
  blameOf,
  graceOf,
  isPreparation,
  isTold,
  natureOf,
  pathOf,
  serviceOf,
} from '../../../agent/model/step-table.ts';
import type { Step } from '../../../agent/model/steps.ts';
import { present } from '../reconcile/situations.ts';

const [spec] = instancesOf(present(1, { web: {} }).document.services);
if (spec === undefined) throw new Error('a document of one service has one');
const asked = { name: 'back', isInternal: false, pool: null };
const ref = { service: 'web', index: 0, container: 'web-1' };

const start: Step = { kind: 'start_container', spec, container: 'web-1' };
const stop: Step = { kind: 'stop_container', ...ref, graceMs: 0 };
const remove: Step = { kind: 'remove_container', ...ref };
const read: Step = { kind: 'read_last_logs', ...ref };
const create: Step = { kind: 'create_network', network: 'back-1a2b', asked: { ...asked, key: 'back-1a2b' } };

const paths: readonly (readonly [string, Step, string])[] = [
  ['a service by what is asked of it', start, 'services.web'],
  ['a service whose container carries nothing any more', stop, 'services.web'],
  ['a network that is made by its name in the document', create, 'networks.back'],
  [
    'a shared network that is left by its name in the engine',
    { kind: 'leave_network', network: 'shared/site' },
    'networks.site',
  ],
  ['a volume', { kind: 'remove_volume', volume: 'data' }, 'volumes.data'],
  ['a folder', { kind: 'remove_folder', folder: './data' }, 'folders["./data"]'],
];

test.each(paths)('a step concerns %s', (_what, step, path) => {
  expect(pathOf(step)).toBe(path);
  expect(serviceOf(step)).toBe(path === 'services.web' ? 'web' : null);
});

test('a failure with a service’s own container is that service’s, any other an obstacle', () => {
  expect(blameOf(start)).toBe(spec);
  expect([stop, remove, create].map(blameOf)).toEqual(['deployment', 'deployment', 'deployment']);
  expect(blameOf(read)).toBe('nobody');
});

test('a step that ends a run may take as long as its grace, be that nothing', () => {
  expect(graceOf(stop)).toBe(0);
  expect(graceOf({ kind: 'restart_container', spec, container: 'web-1', graceMs: 7 })).toBe(7);
  expect(graceOf(start)).toBeNull();
});

test('what only prepares a switch is noticed by nobody', () => {
  expect([create, remove, read].every(isPreparation)).toBe(true);
  expect([start, stop].some(isPreparation)).toBe(false);
});

test('reading logs is told by no event and counted for no service', () => {
  expect([isTold(read), isTold(stop)]).toEqual([false, true]);
  expect(natureOf(read).repeats).toBe('not_counted');
  expect(natureOf(stop).repeats).toBe('counted_unless_failing');
});
