// What a row of the table finds, before it is known whether it is told by itself or under its cause.
// Tested in test/agent/findings/find.test.ts.
import type { Fix, Severity } from '../../protocol/reports/finding.ts';
import type { Facts } from './facts.ts';

export interface Found {
  readonly subject: string;
  readonly title: string;
  /** ISO 8601; left out: since it was first seen. */
  readonly since?: string;
  /** Unlike that of the row. */
  readonly severity?: Severity;
  /** Unlike that of the row: where one row stands for all reasons of statuses. */
  readonly code?: string;
  /** Unlike that of the row. */
  readonly visibleAfterMs?: number;
  readonly evidence?: readonly string[];
  readonly log?: readonly string[];
  readonly fix: Fix | null;
}

export interface Row {
  readonly code: string;
  readonly severity: Severity;
  /** How long it must have lasted before it is told. 0 where a status that has settled tells it. */
  readonly visibleAfterMs: number;
  /** For the table in the documentation, in one line each: what it means, and what mends it. */
  readonly meaning: string;
  readonly mend: string;
  /** All that there is of it now. */
  readonly find: (facts: Facts) => readonly Found[];
  /** Whether another finding follows from this one. Left out: none does. */
  readonly causes?: (cause: Candidate, other: Candidate, facts: Facts) => boolean;
}

export interface Candidate extends Found {
  readonly id: string;
  readonly code: string;
  readonly severity: Severity;
  readonly visibleAfterMs: number;
  /** That its subject is or belongs to; `null` for another subject. */
  readonly deployment: string | null;
  /** That its subject is; `null` for another subject. */
  readonly service: string | null;
  readonly row: Row;
}

export function candidatesOf(row: Row, facts: Facts): Candidate[] {
  return row.find(facts).map((found) => {
    const code = found.code ?? row.code;
    const severity = found.severity ?? row.severity;
    const { visibleAfterMs = row.visibleAfterMs } = found;
    const { subject } = found;
    return {
      ...{ ...found, row, code, severity, visibleAfterMs, id: `${code}:${subject}` },
      ...{ deployment: deploymentIn(subject), service: serviceIn(subject) },
    };
  });
}

/** Done by the technician, with a command that is typed. */
export function byTechnician(text: string, command?: string): Fix {
  return { by: 'technician', text, ...(command === undefined ? {} : { command }), can_run: false };
}

export function byManager(text: string): Fix {
  return { by: 'fleet_manager', text, can_run: false };
}

/** It passes by itself; `text` says when or how. */
export function byItself(text: string): Fix {
  return { by: 'nobody', text, can_run: false };
}

/** The same with a command that the agent can carry out itself: `holdfast fix` offers it. */
export function runnable(fix: Fix, command: string): Fix {
  return { ...fix, command, can_run: true };
}

export function deploymentSubject(deployment: string): string {
  return `deployments/${deployment}`;
}

export function serviceSubject(deployment: string, service: string): string {
  return `deployments/${deployment}/services/${service}`;
}

function deploymentIn(subject: string): string | null {
  return /^deployments\/([^/]+)/.exec(subject)?.[1] ?? null;
}

function serviceIn(subject: string): string | null {
  return /^deployments\/[^/]+\/services\/(.+)$/.exec(subject)?.[1] ?? null;
}
