// How a service's health is found out, as its document asks: by the agent from outside, by the engine from inside.

/** What the agent asks: a port by a request or a connection, or a file that the service touches. */
export type Probe = ProbeTiming & (HttpProbe | TcpProbe | HeartbeatProbe);

export interface ProbeTiming {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** After its start: what fails in it is forgiven. */
  readonly graceMs: number;
  /** So many in a row make it unhealthy. */
  readonly failures: number;
}

export interface HttpProbe {
  readonly kind: 'http';
  readonly port: number;
  readonly path: string;
}

export interface TcpProbe {
  readonly kind: 'tcp';
  readonly port: number;
}

export interface HeartbeatProbe extends Heartbeat {
  readonly kind: 'heartbeat';
}

export interface Heartbeat {
  /** Where the container finds the directory. */
  readonly target: string;
  readonly file: string;
  /** The longest time between two touches. */
  readonly maxAgeMs: number;
  /** The same as the document has it, for people. */
  readonly maxAge: string;
}

/** The engine's own check. `null` leaves each to the image, or to the engine. */
export interface Healthcheck {
  /** `["CMD", …]`, `["CMD-SHELL", "…"]` or `["NONE"]`. */
  readonly test: readonly string[] | null;
  readonly intervalMs: number | null;
  readonly timeoutMs: number | null;
  readonly retries: number | null;
  readonly startPeriodMs: number | null;
  /** Between checks within the start period. */
  readonly startIntervalMs: number | null;
}
