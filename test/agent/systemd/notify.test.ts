import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNotifier, type SystemdEnvironment } from '../../../agent/systemd/notify.ts';

let folder = '';
let failures: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-notify-'));
  failures = [];
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A stand-in for systemd-notify that writes down what it was given, one call a line. */
function fakeSystemdNotify(exitCode = 0): void {
  const script = [
    '#!/bin/sh',
    `{ printf '%s' "$NOTIFY_SOCKET"; for a in "$@"; do printf '|%s' "$a"; done; echo; } >> ${folder}/calls`,
    `exit ${exitCode}`,
  ];
  const file = path.join(folder, 'systemd-notify');
  writeFileSync(file, `${script.join('\n')}\n`);
  chmodSync(file, 0o755);
}

function calls(): string[] {
  const file = path.join(folder, 'calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
}

function makeNotifier(env: SystemdEnvironment) {
  return createNotifier({
    env: { PATH: folder, ...env },
    pid: 4711,
    onFailure: (problem) => failures.push(problem.message),
  });
}

describe('the notifier', () => {
  it('passes each word on to systemd-notify', async () => {
    fakeSystemdNotify();
    const notifier = makeNotifier({ NOTIFY_SOCKET: '/run/systemd/notify' });
    notifier.ready();
    await notifier.settled();
    notifier.watchdogPing();
    await notifier.settled();
    notifier.stopping();
    await notifier.settled();
    expect(calls()).toEqual([
      '/run/systemd/notify|READY=1',
      '/run/systemd/notify|WATCHDOG=1',
      '/run/systemd/notify|STOPPING=1',
    ]);
    expect(failures).toEqual([]);
  });

  it('runs one child at a time, and says once what was said often meanwhile', async () => {
    fakeSystemdNotify();
    const notifier = makeNotifier({ NOTIFY_SOCKET: '@x' });
    notifier.ready();
    for (let count = 1; count <= 100; count += 1) notifier.watchdogPing();
    notifier.stopping();
    await notifier.settled();
    expect(calls()).toEqual(['@x|READY=1', '@x|WATCHDOG=1|STOPPING=1']);
  });

  it('does nothing outside systemd', async () => {
    fakeSystemdNotify();
    const notifier = makeNotifier({ WATCHDOG_USEC: '60000000' });
    notifier.ready();
    notifier.watchdogPing();
    await notifier.settled();
    expect(calls()).toEqual([]);
    expect(notifier.watchdogIntervalMs).toBeNull();
  });

  it('survives a systemd-notify that fails or is missing, and says so', async () => {
    const missing = makeNotifier({ NOTIFY_SOCKET: '@x' });
    missing.ready();
    await missing.settled();
    expect(failures[0]).toContain('ENOENT');
    fakeSystemdNotify(1);
    const failing = makeNotifier({ NOTIFY_SOCKET: '@x' });
    failing.ready();
    await failing.settled();
    expect(failures[1]).toContain('Command failed');
  });

  it.each([
    [{ WATCHDOG_USEC: '60000000' }, 30_000],
    [{ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '4711' }, 30_000],
    [{ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1' }, null],
    [{ WATCHDOG_USEC: '0' }, null],
    [{ WATCHDOG_USEC: 'soon' }, null],
    [{}, null],
  ])('with %j pings every %s ms', (env, expected) => {
    expect(makeNotifier({ NOTIFY_SOCKET: '@x', ...env }).watchdogIntervalMs).toBe(expected);
  });
});
