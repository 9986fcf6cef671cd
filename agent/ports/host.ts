// Facts on the machine that the agent runs on.

export interface HostFacts {
  /** As image indexes name it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly os: string;
  readonly kernel: string;
  readonly bootId: string;
  readonly uptimeSeconds: number;
  readonly cpuCores: number;
  readonly load1m: number;
  readonly memoryTotalBytes: number;
  readonly memoryAvailableBytes: number;
  readonly diskTotalBytes: number;
  readonly diskAvailableBytes: number;
  readonly temperatureCelsius: number | null;
}

/** Since an arbitrary start, in any unit: two readings are compared. */
export interface CpuTime {
  readonly busy: number;
  readonly total: number;
}

export interface ContainerUsage {
  /** Processor time since its start, of all processors together. */
  readonly cpuMs: number;
  /** Without what the kernel could give up at once: cached files that were not used lately. */
  readonly memoryBytes: number;
}

/** What is known of the wall clock besides its time. */
export interface ClockReading {
  /** Whether it follows a time server; `null` where nobody on the device tells. */
  readonly isSynchronised: boolean | null;
  /** Who told; `year` where the clock gives itself away. */
  readonly source: 'timesyncd' | 'kernel' | 'year' | null;
}

export interface Host {
  /** Cheap enough for every round: a file or two. */
  readClock(): ClockReading;
  /** Read afresh at each call; cheap (a few files of /proc and /sys). */
  readFacts(): HostFacts;
  /** Of all processors together; `null` where the host does not tell. */
  readCpuTime(): CpuTime | null;
  /** By the ids that are asked for, full or shortened; without those that this host knows nothing of. */
  readContainerUsage(containers: readonly string[]): ReadonlyMap<string, ContainerUsage>;
  /** What may still be written at a path; `null` where it is not there, as with an engine on another machine. */
  freeBytes(path: string): number | null;
  /** Whether a device of the host is there, by its path below `/dev`. Cheap: a file or two, more where it is gone. */
  isDeviceThere(path: string): boolean;
  /** Whether a local program holds back updates of a deployment (the file `hold/NAME` in the data directory). */
  isHeld(deployment: string): boolean;
  /** Tells that program whether its hold is kept: no switch begins before it ends (the file `hold/NAME.held`). */
  answerHold(deployment: string, isKept: boolean): void;
}
