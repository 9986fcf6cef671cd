import { expect, test } from 'vitest';
import { withLog } from '../../../../agent/reconcile/running/reason-log.ts';

const EXITED = { code: 'exited', path: 'services.web', message: 'it exited with code 127' } as const;

test.each([
  '[FATAL tini (7)] exec pyhton3 failed: No such file or directory',
  '[FATAL tini (7)] exec /etc/passwd failed: Permission denied',
  'ERROR (catatonit:6): failed to exec pid1: No such file or directory',
])('an init that says "%s" makes an exit a missing command', (line) => {
  expect(withLog(EXITED, ['before', line])).toMatchObject({
    code: 'command_not_found',
    message: EXITED.message,
    path: EXITED.path,
    log: ['before', line],
  });
});

test('what the command itself says of another one is its own affair', () => {
  const log = ['sh: 1: pyhton3: not found'];
  expect(withLog(EXITED, log)).toEqual({ ...EXITED, log });
});

test('another verdict than an exit stays as it is', () => {
  const log = ['[FATAL tini (7)] exec pyhton3 failed: No such file or directory'];
  const oom = { code: 'oom_killed', message: 'it was killed' } as const;
  expect(withLog(oom, log)).toEqual({ ...oom, log });
});

test('no lines add nothing', () => {
  expect(withLog(EXITED, [])).toEqual(EXITED);
});

test('an init process that is not PID 1 is told what to do about it', () => {
  const log = ['s6-overlay-suexec: fatal: can only run as pid 1'];
  expect(withLog({ ...EXITED, hint: 'another' }, log)).toEqual({
    ...{ ...EXITED, log },
    hint: expect.stringContaining('init: false'),
  });
});
