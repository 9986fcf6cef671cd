// On a real engine: test/integration/agent/failures.test.ts.
import { expect, test } from 'vitest';
import { failedCheck } from '../../../agent/docker/healthcheck-output.ts';

const run = (ExitCode: number, Output: string) => ({ Start: '', End: '', ExitCode, Output });
const health = (...Log: ReturnType<typeof run>[]) => ({ Status: 'unhealthy', FailingStreak: 1, Log });

test('the newest run tells why it failed, with its last line', () => {
  const told = failedCheck(health(run(0, 'ok'), run(1, 'Traceback …\n  File "x"\nOSError: no camera\n')));
  expect(told).toEqual([{ stream: 'stderr', text: 'HEALTHCHECK failed with code 1: OSError: no camera' }]);
});

test('one that wrote nothing has its code', () => {
  expect(failedCheck(health(run(7, '')))[0]?.text).toBe('HEALTHCHECK failed with code 7: it wrote nothing');
});

test('one that holds, or that is not there, tells nothing', () => {
  expect(failedCheck(health(run(1, 'x'), run(0, 'ok')))).toEqual([]);
  expect(failedCheck(health())).toEqual([]);
  expect(failedCheck(undefined)).toEqual([]);
});
