// How long and how large what a deployment document says may be. docs/protocol.md shows the same tables; a test
// holds them equal. Each timer of the agent is below 2^31 ms with them, and each loop pauses.

export interface Bounds {
  /** As a document writes it, and inclusive. */
  readonly least: string;
  readonly most: string;
}

/** By where it stands: of a service after its name, else from the top. */
export const DURATION_BOUNDS = {
  'update.healthy_after': { least: '0s', most: '1d' },
  'update.deadline': { least: '1s', most: '7d' },
  'update.window.length': { least: '1m', most: '7d' },
  // A container that is being stopped keeps its deployment from all else.
  stop_grace_period: { least: '0s', most: '1h' },
  'healthcheck.interval': { least: '100ms', most: '1d' },
  'healthcheck.timeout': { least: '100ms', most: '1h' },
  'healthcheck.start_period': { least: '0s', most: '1d' },
  'healthcheck.start_interval': { least: '100ms', most: '1h' },
  'probe.interval': { least: '100ms', most: '1h' },
  'probe.timeout': { least: '100ms', most: '1h' },
  'probe.grace': { least: '0s', most: '1d' },
  'probe.heartbeat.max_age': { least: '100ms', most: '1d' },
} as const satisfies Readonly<Record<string, Bounds>>;

export const SIZE_BOUNDS = {
  // The engine refuses a memory limit below this (moby, `daemon/daemon_unix.go`, linuxMinMemory).
  'deploy.resources.limits.memory': { least: '6M', most: '16T' },
  'deploy.resources.reservations.memory': { least: '6M', most: '16T' },
  shm_size: { least: '1', most: '16T' },
  /** Zero: as large as the engine makes it. */
  'tmpfs.size': { least: '0', most: '16T' },
} as const satisfies Readonly<Record<string, Bounds>>;

export type DurationKey = keyof typeof DURATION_BOUNDS;
export type SizeKey = keyof typeof SIZE_BOUNDS;
