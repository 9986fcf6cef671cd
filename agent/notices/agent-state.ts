// How the agent itself stands: each part is written by the room that knows it, and watched by whoever tells of it or acts on it.
// Tested in test/agent/report/clock-watch.test.ts.
import type { BriefFinding } from '../../protocol/reports/finding.ts';
import type { Status } from '../../protocol/reports/status.ts';
import type { EngineFacts, EngineUnavailable } from '../ports/engine.ts';
import type { ClockReading } from '../ports/host.ts';
import type { Line } from '../ports/line.ts';
import { Watched } from './watched.ts';

export interface EngineState {
  /** `null` while it cannot be reached, and until it has told them. */
  readonly facts: EngineFacts | null;
  /** Why the last call did not reach it; `null` where it did. */
  readonly trouble: EngineUnavailable | null;
}

export interface ClockJump {
  /** Negative when the clock went back. */
  readonly byMs: number;
  /** The time that it showed after, ISO 8601. */
  readonly at: string;
}

export interface ClockState {
  readonly isSynchronised: ClockReading['isSynchronised'];
  /** The newest since the agent started. */
  readonly lastJump: ClockJump | null;
}

/** As they were last told, by deployment; those that were told first come first. */
export type StatusesTold = ReadonlyMap<string, Status>;

export interface AgentState {
  readonly engine: Watched<EngineState>;
  readonly clock: Watched<ClockState>;
  /** The line, while it is connected. */
  readonly line: Watched<Pick<Line, 'publish'> | null>;
  readonly statuses: Watched<StatusesTold>;
  /** What was wrong at the last look, the worst first: what there is room for upstream. */
  readonly findings: Watched<readonly BriefFinding[]>;
}

/** Before anything is known. */
export function newAgentState(): AgentState {
  return {
    engine: new Watched<EngineState>({ facts: null, trouble: null }),
    clock: new Watched<ClockState>({ isSynchronised: null, lastJump: null }),
    line: new Watched<Pick<Line, 'publish'> | null>(null),
    statuses: new Watched<StatusesTold>(new Map()),
    findings: new Watched<readonly BriefFinding[]>([]),
  };
}

/** Calls back, from now on, when anything of it has changed that is shown to people. */
export function watchShown({ engine, line, statuses, findings }: AgentState, hear: () => void): void {
  for (const part of [engine, line, statuses, findings]) part.watch(() => hear());
}

/** By deployment name. */
export function inOrder(statuses: StatusesTold): Status[] {
  return [...statuses.values()].toSorted((a, b) => a.deployment.localeCompare(b.deployment));
}
