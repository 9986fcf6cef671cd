// The one place but the configuration that reads environment variables.
// Tested in test/agent/cli/launcher.test.ts.

import { wantsColour } from '../lib/render/colour.ts';
import type { SystemdEnvironment } from './systemd/notify.ts';

/** What the environment variables say; `null` where unset or empty. */
export interface CliEnvironment {
  /** HOLDFAST_CONFIG. */
  readonly configPath: string | null;
  /** HOLDFAST_SOCKET. */
  readonly socketPath: string | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function readCliEnvironment(env: Variables = process.env): CliEnvironment {
  return { configPath: env.HOLDFAST_CONFIG || null, socketPath: env.HOLDFAST_SOCKET || null };
}

/** A frozen copy of all: what a Compose file may take variables from. */
export function readVariables(env: Variables = process.env): Variables {
  return Object.freeze({ ...env });
}

/** Whether the user's terminal wants colour at all. */
export function readColourWish(env: Variables = process.env): boolean {
  return wantsColour(env);
}

/** What `createNotifier` needs, copied: nothing else may hand these on to child processes. */
export function readSystemdEnvironment(env: Variables = process.env): SystemdEnvironment {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH } = env;
  return { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH };
}

/** Whether what is printed goes to journald (systemd.exec(5)). */
export function isUnderJournald(env: Variables = process.env): boolean {
  return Boolean(env.JOURNAL_STREAM);
}
