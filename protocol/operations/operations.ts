// The table of what may be asked of a device.

import { apply } from './apply.ts';
import { check } from './check.ts';
import { events } from './events.ts';
import { fix } from './fix.ts';
import { logs } from './logs.ts';
import type { Operation } from './operation.ts';
import { report } from './report.ts';
import { restart } from './restart.ts';
import { retry } from './retry.ts';
import { status } from './status.ts';
import { why } from './why.ts';

/**
 * In the order of the published schema of commands. `null`: a verb of the protocol that no agent carries out yet; a
 * command with it is answered `unsupported`.
 */
export const OPERATIONS = {
  restart,
  logs,
  retry,
  pause: null,
  resume: null,
  report,
  why,
  check,
  fix,
  events,
  status,
  apply,
} as const satisfies Readonly<Record<string, Operation | null>>;

type Table = typeof OPERATIONS;

/** What an agent of this version carries out. */
export type OperationName = {
  [N in keyof Table]: Table[N] extends Operation ? N : never;
}[keyof Table];

/** What can be asked for at the local socket. */
export type LocalOperationName = {
  [N in OperationName]: Table[N]['askedBy']['socket'] extends null ? never : N;
}[OperationName];

/** What can be asked for over MQTT. */
export type BrokerOperationName = {
  [N in OperationName]: Table[N]['askedBy']['broker'] extends true ? N : never;
}[OperationName];

/** What can be asked for over MQTT, and what is only promised. */
export const COMMAND_VERBS: readonly string[] = Object.entries(OPERATIONS)
  .filter(([, operation]) => operation === null || operation.askedBy.broker)
  .map(([name]) => name);
