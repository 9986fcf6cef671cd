// Tells systemd how the service is doing (sd_notify), by spawning `systemd-notify`: native addons that
// could send the datagram fail to build on devices. Does nothing when systemd did not start the agent.

import { execFile } from 'node:child_process';

/** What systemd puts into the environment of a `Type=notify` service. */
export interface SystemdEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined;
  readonly WATCHDOG_USEC?: string | undefined;
  readonly WATCHDOG_PID?: string | undefined;
  readonly PATH?: string | undefined;
}

export interface Notifier {
  /** The agent serves: its state is open and its loop turns. It needs no broker for that. */
  ready(): void;
  stopping(): void;
  watchdogPing(): void;
  /** Half of the time after which systemd kills a silent agent; `null` when it does not watch. */
  readonly watchdogIntervalMs: number | null;
  /** Resolves when all that was said has been passed on, or has failed. Never rejects. */
  settled(): Promise<void>;
}

export interface NotifierOptions {
  readonly env: SystemdEnvironment;
  /** This process; systemd says in WATCHDOG_PID which one it watches. */
  readonly pid: number;
  /** A notification did not get through. */
  readonly onFailure: (problem: Error) => void;
}

type Word = 'READY' | 'STOPPING' | 'WATCHDOG';

/** Well below any sensible WatchdogSec, so that a hanging child cannot stop the pings for good. */
const SEND_TIMEOUT_MS = 5000;

export function createNotifier(options: NotifierOptions): Notifier {
  const send = options.env.NOTIFY_SOCKET ? createSender(options) : null;
  const say = (word: Word) => send?.add(word);
  return {
    ready: () => say('READY'),
    stopping: () => say('STOPPING'),
    watchdogPing: () => say('WATCHDOG'),
    watchdogIntervalMs: send === null ? null : readWatchdogIntervalMs(options),
    settled: () => send?.settled() ?? Promise.resolve(),
  };
}

function readWatchdogIntervalMs({ env, pid }: NotifierOptions): number | null {
  const isForUs = env.WATCHDOG_PID === undefined || env.WATCHDOG_PID === String(pid);
  const microseconds = Number(env.WATCHDOG_USEC);
  return isForUs && microseconds > 0 ? Math.floor(microseconds / 2000) : null;
}

/** One child at a time; what is said meanwhile waits, and is said once. */
function createSender(options: NotifierOptions) {
  const pending = new Set<Word>();
  let running: Promise<void> | null = null;
  const drain = async () => {
    while (pending.size > 0) {
      const assignments = [...pending].map((word) => `${word}=1`);
      pending.clear();
      await runSystemdNotify(assignments, options);
    }
    running = null;
  };
  return {
    add: (word: Word) => {
      pending.add(word);
      running ??= drain();
    },
    settled: () => running ?? Promise.resolve(),
  };
}

function runSystemdNotify(
  assignments: readonly string[],
  { env, onFailure }: NotifierOptions,
): Promise<void> {
  const childEnv = { NOTIFY_SOCKET: env.NOTIFY_SOCKET, PATH: env.PATH };
  return new Promise((resolve) => {
    execFile('systemd-notify', assignments, { env: childEnv, timeout: SEND_TIMEOUT_MS }, (error) => {
      if (error !== null) onFailure(error);
      resolve();
    });
  });
}
