import { describe, expect, test } from 'vitest';
import {
  describeBytes,
  describeCpus,
  describeImage,
  describeMemory,
  describeNotEnforced,
  describeService,
  describeState,
} from '../../../lib/reports/service-words.ts';
import { makeService } from '../../fleet/support/fake-device.ts';

describe('the state of a service', () => {
  test.each([
    [makeService({ state: 'running', health: 'healthy' }), 'running', 'healthy'],
    [makeService({ state: 'running', health: 'unknown' }), 'running', 'running'],
    [makeService({ state: 'exited', exit_code: 3 }), 'exited (3)', 'exited with code 3'],
    [makeService({ state: 'exited', exit_code: null }), 'exited', 'exited'],
    [makeService({ state: 'restarting', exit_code: 1 }), 'restarting', 'restarting with code 1'],
  ])('%# reads alike in a column and alone', (service, inColumn, alone) => {
    expect([describeState(service), describeService(service)]).toEqual([inColumn, alone]);
  });
});

test.each([
  ['registry.example.com/detector:1.4.2', '1.4.2'],
  [`detector@sha256:${'0123456789ab'.padEnd(64, 'c')}`, '@0123456789ab'],
  ['no image at all', 'no image at all'],
])('of the image %s stands %s', (image, words) => {
  expect(describeImage(image)).toBe(words);
});

test('bytes are told of all bytes', () => {
  expect(describeBytes({ current_bytes: 512, total_bytes: 4 * 1024 ** 2 })).toBe('512 B of 4.0 MiB');
});

test('limits are told where there are some', () => {
  const limits = { memory_bytes: 256 * 1024 ** 2, cpus: 0.5, pids: null, not_enforced: [] };
  expect([describeMemory(limits), describeCpus(limits), describeNotEnforced(limits)]).toEqual([
    '256.0 MiB',
    '0.5',
    null,
  ]);
  expect([describeMemory(null), describeCpus(null), describeNotEnforced(null)]).toEqual([null, null, null]);
  expect(describeNotEnforced({ ...limits, not_enforced: ['memory', 'pids'] })).toBe(
    'not enforced by this kernel: the limit of memory, pids',
  );
});
