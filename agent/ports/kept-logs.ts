// What the agent wants of the disk for what containers wrote that it removes: of an update that failed.
// Tested in test/agent/operations/logs.test.ts.
import type { LogLine } from './engine.ts';

export interface KeptLog {
  /** The container's name. */
  readonly container: string;
  readonly revision: number;
  /** Of its last run, ISO 8601. */
  readonly startedAt: string | null;
  readonly exitCode: number | null;
  /** When it was read, by the wall clock, ISO 8601. */
  readonly keptAt: string;
  /** The newest, the oldest of them first, with no secret. */
  readonly lines: readonly LogLine[];
}

export interface ServiceName {
  readonly deployment: string;
  readonly service: string;
}

export interface KeptLogs {
  /** In place of the one before, and no more of it than there is room for. Never rejects: on a disk that does not take it, it is lost. */
  keep(name: ServiceName, log: KeptLog): Promise<void>;
  /** `null` where there is none. Never rejects. */
  find(name: ServiceName): Promise<KeptLog | null>;
  /** Of a deployment that is removed. Never rejects. */
  forget(deployment: string): Promise<void>;
}

/** What the lines are, for people. */
export function describeKeptLog({ container, revision, exitCode, keptAt }: KeptLog): string {
  const end = exitCode === null ? '' : `exited with code ${exitCode}, `;
  return `container ${container} of revision ${revision}, which ran before; ${end}removed at ${keptAt}: the end of its log`;
}
