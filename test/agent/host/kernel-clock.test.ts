import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { type AskKernel, askTimedatectl, KernelClock } from '../../../agent/host/kernel-clock.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

afterEach(() => vi.unstubAllEnvs());

test('the kernel is asked once in a while, in the background, and its newest answer counts', async () => {
  const clock = new VirtualClock();
  const questions: Parameters<AskKernel>[0][] = [];
  const kernel = new KernelClock(clock, (answer) => questions.push(answer));
  expect(kernel.isSynchronised()).toBeNull();
  questions[0]?.(false);
  expect([kernel.isSynchronised(), questions.length]).toEqual([false, 1]);
  await clock.advance(5 * 60_000);
  expect(kernel.isSynchronised()).toBe(false);
  questions[1]?.(true);
  expect([kernel.isSynchronised(), questions.length]).toEqual([true, 2]);
});

/** The answer where `timedatectl` is this script; there is none when it is `null`. */
async function answerOf(script: string | null): Promise<boolean | null> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-clock-'));
  const file = path.join(folder, 'timedatectl');
  if (script !== null) writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', folder);
  try {
    return await new Promise(askTimedatectl);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ['says yes', 'echo yes', true],
  ['says no', 'echo no', false],
  ['says something else', 'echo perhaps', null],
  ['cannot ask, as no bus is there', 'echo no; exit 1', null],
  ['is not there', null, null],
])('a timedatectl that %s is understood', async (_title, script, answer) => {
  expect(await answerOf(script)).toBe(answer);
});
