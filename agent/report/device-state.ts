// The device state document, put together from what host and engine say.
// Tested in test/agent/report/reporter.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import type { BriefFinding } from '../../protocol/reports/finding.ts';
import { type DeviceState, STATE_SCHEMA } from '../../protocol/reports/state.ts';
import { type AgentState, type ClockJump, inOrder } from '../notices/agent-state.ts';
import type { EngineFacts } from '../ports/engine.ts';
import type { ClockReading, Host, HostFacts } from '../ports/host.ts';

export interface StateParts {
  readonly device: string;
  readonly groups: readonly string[];
  readonly agentVersion: string;
  readonly host: HostFacts;
  readonly clock: ClockReading & { readonly lastJump: ClockJump | null };
  /** `null` while the engine cannot be reached. */
  readonly engine: EngineFacts | null;
  readonly deployments: DeviceState['deployments'];
  readonly findings: readonly BriefFinding[];
  readonly at: string;
}

export interface DeviceStateSources extends Pick<StateParts, 'device' | 'groups' | 'agentVersion'> {
  readonly clock: Clock;
  readonly host: Pick<Host, 'readClock' | 'readFacts'>;
  readonly state: Pick<AgentState, 'clock' | 'engine' | 'statuses' | 'findings'>;
}

/** The device state as it is now. */
export function readDeviceState({ clock, host, state, ...identity }: DeviceStateSources): DeviceState {
  return deviceState({
    ...identity,
    host: host.readFacts(),
    clock: { ...host.readClock(), lastJump: state.clock.value.lastJump },
    engine: state.engine.value.facts,
    deployments: inOrder(state.statuses.value).map(({ deployment, desired, phase, pause }) => ({
      name: deployment,
      revision: desired?.revision ?? null,
      phase,
      ...(pause === undefined ? {} : { paused_until: pause.until }),
    })),
    findings: state.findings.value,
    at: clock.wallTime().toISOString(),
  });
}

export function deviceState({
  device,
  groups,
  agentVersion,
  host,
  clock,
  engine,
  deployments,
  findings,
  at,
}: StateParts): DeviceState {
  return {
    schema: STATE_SCHEMA,
    device,
    groups: [...groups],
    agent_version: agentVersion,
    architecture: host.architecture,
    os: host.os,
    kernel: host.kernel,
    engine: engine === null ? null : engineState(engine),
    boot_id: host.bootId,
    uptime_seconds: host.uptimeSeconds,
    clock: clockState(clock),
    cpu: { cores: host.cpuCores, load_1m: host.load1m },
    memory: { total_bytes: host.memoryTotalBytes, available_bytes: host.memoryAvailableBytes },
    disk: { total_bytes: host.diskTotalBytes, available_bytes: host.diskAvailableBytes },
    temperature_celsius: host.temperatureCelsius,
    deployments,
    findings: [...findings],
    at,
  };
}

function clockState({ isSynchronised, source, lastJump }: StateParts['clock']): DeviceState['clock'] {
  return {
    synchronised: isSynchronised,
    source,
    last_jump: lastJump === null ? null : { by_ms: lastJump.byMs, at: lastJump.at },
  };
}

function engineState(engine: EngineFacts): NonNullable<DeviceState['engine']> {
  return {
    name: engine.name,
    version: engine.version,
    api_version: engine.apiVersion,
    storage_driver: engine.storageDriver,
    cgroup_version: engine.cgroupVersion,
    enforces: [...engine.enforces],
  };
}
