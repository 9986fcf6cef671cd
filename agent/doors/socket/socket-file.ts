// The socket's file: room made for it before listening, and its owner and mode afterwards.
// Tested in test/agent/doors/socket/server.test.ts.
import { chmodSync, chownSync, lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { describeSystemError, systemErrorCode } from '../../../lib/failures/system-error.ts';
import { LocalSocketError } from './errors.ts';
import { findGroupId } from './group.ts';

/** Anything but an answer within this time counts as alive: a stopped (SIGSTOP) agent still owns its socket. */
const CONNECT_TIMEOUT_MS = 2000;

/**
 * Makes the directory where it is missing, and removes a socket that a crashed agent left.
 * Throws `LocalSocketError` when another agent answers there, or when the path is something else's.
 */
export async function clearSocketPath(path: string): Promise<void> {
  const stats = asUnusable(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    return lstatSync(path, { throwIfNoEntry: false });
  });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new LocalSocketError({
      code: 'not_a_socket',
      path,
      message: `${path} exists and is no socket`,
      hint: 'Move it away, or set another path at local.socket.',
    });
  }
  await refuseLiveSocket(path);
  asUnusable(path, () => rmSync(path, { force: true }));
}

/**
 * Lets the group use the socket: mode 0660, owned by `group` where it exists.
 * Returns what the technician should know when that could not be done, else `null`.
 */
export function openToGroup(path: string, group: string): string | null {
  chmodSync(path, 0o660);
  const groupId = findGroupId(group);
  // Under systemd it is the agent's own group already, and the unit's filter forbids chown.
  if (groupId === null || statSync(path).gid === groupId) return null;
  try {
    chownSync(path, -1, groupId);
    return null;
  } catch {
    return `the agent may not give ${path} to the group ${group}; only its own user can use it`;
  }
}

/** What the system refuses is the path's fault. */
function asUnusable<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw unusable(path, cause);
  }
}

/** The error for a path where no socket can be made. */
export function unusable(path: string, cause: unknown): LocalSocketError {
  return new LocalSocketError({
    code: 'unusable',
    path,
    message: `no socket can be made at ${path}: ${describeSystemError(cause)}`,
    hint: 'Set local.socket to a path of at most 107 bytes in a directory that the agent may write to.',
    cause,
  });
}

function refuseLiveSocket(path: string): Promise<void> {
  const inUse = new LocalSocketError({
    code: 'in_use',
    path,
    message: `another agent answers at ${path}`,
    hint: 'Stop it first (systemctl stop holdfast), or set another path at local.socket.',
  });
  return new Promise((resolve, reject) => {
    const probe = connect(path);
    probe.setTimeout(CONNECT_TIMEOUT_MS);
    const settle = (done: () => void) => {
      probe.destroy();
      done();
    };
    probe.once('connect', () => settle(() => reject(inUse)));
    probe.once('timeout', () => settle(() => reject(inUse)));
    probe.once('error', (error) => {
      // Only a refused connection proves that nobody listens; the file may also vanish as its owner ends.
      const isStale = ['ECONNREFUSED', 'ENOENT'].includes(systemErrorCode(error) ?? '');
      settle(() => (isStale ? resolve() : reject(unusable(path, error))));
    });
  });
}
