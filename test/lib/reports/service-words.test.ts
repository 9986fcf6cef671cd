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
import type { ServiceUsage } from '../../../protocol/reports/events.ts';
import { makeService } from '../../fleet/support/fake-device.ts';

const DIGEST = `sha256:${'0123456789ab'.padEnd(64, 'c')}`;

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
  ['registry.example.com/detector:1.4.2', null, '1.4.2'],
  ['registry.example.com/detector:1.4.2', DIGEST, '1.4.2@0123456789ab'],
  [`detector@${DIGEST}`, null, '@0123456789ab'],
  ['no image at all', null, 'no image at all'],
])('the image %s of digest %s is shown as %s', (image, digest, words) => {
  expect(describeImage(image, digest)).toBe(words);
});

test('bytes are told of all bytes', () => {
  expect(describeBytes({ current_bytes: 512, total_bytes: 4 * 1024 ** 2 })).toBe('512 B of 4.0 MiB');
});

test('limits are told where there are some, and what is used of them', () => {
  const limits = { memory_bytes: 256 * 1024 ** 2, cpus: 0.5, pids: null, not_enforced: [] };
  const usage = { cpu_percent: 12.3, memory_bytes: 81 * 1024 ** 2 };
  const words = (of: typeof limits | null, used: ServiceUsage | null) => [
    describeMemory(of, used),
    describeCpus(of, used),
  ];
  expect(words(limits, usage)).toEqual(['81/256 MiB', '0.12/0.5']);
  expect(words(limits, null)).toEqual(['256 MiB', '0.5']);
  expect(words(null, usage)).toEqual(['81 MiB', '0.12']);
  expect(words(null, { ...usage, cpu_percent: null })).toEqual(['81 MiB', null]);
  expect(words(null, null)).toEqual([null, null]);
});

test('limits that the kernel does not enforce are named', () => {
  const limits = { memory_bytes: 256 * 1024 ** 2, cpus: 0.5, pids: null, not_enforced: [] };
  expect([describeNotEnforced(limits), describeNotEnforced(null)]).toEqual([null, null]);
  expect(describeNotEnforced({ ...limits, not_enforced: ['memory', 'pids'] })).toBe(
    'not enforced by this kernel: the limit of memory, pids',
  );
});
