// The table of what may be asked of a device.

import { apply } from './apply.ts';
import { check } from './check.ts';
import { events } from './events.ts';
import { fix } from './fix.ts';
import { logs } from './logs.ts';
import type { Operation } from './operation.ts';
import { pause } from './pause.ts';
import { plan } from './plan.ts';
import { report } from './report.ts';
import { restart } from './restart.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { status } from './status.ts';
import { switchNow } from './switch.ts';
import { why } from './why.ts';

/** In the order of the published schema of commands. */
export const OPERATIONS = {
  restart,
  logs,
  retry,
  pause,
  resume,
  report,
  why,
  check,
  fix,
  events,
  plan,
  switch: switchNow,
  status,
  apply,
} as const satisfies Readonly<Record<string, Operation>>;

type Table = typeof OPERATIONS;

/** What an agent of this version carries out. */
export type OperationName = keyof Table;

/** What can be asked for at the local socket. */
export type LocalOperationName = {
  [N in OperationName]: Table[N]['askedBy']['socket'] extends null ? never : N;
}[OperationName];

/** What can be asked for over MQTT. */
export type BrokerOperationName = {
  [N in OperationName]: Table[N]['askedBy']['broker'] extends true ? N : never;
}[OperationName];

/** Their names. */
export const COMMAND_VERBS: readonly string[] = Object.entries(OPERATIONS)
  .filter(([, operation]) => operation.askedBy.broker)
  .map(([name]) => name);
