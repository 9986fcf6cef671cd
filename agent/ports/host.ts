// Facts on the machine that the agent runs on.

export interface HostFacts {
  /** As image indexes name it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly os: string;
  readonly kernel: string;
  readonly bootId: string;
  readonly uptimeSeconds: number;
  readonly isClockSynchronised: boolean | null;
  readonly cpuCores: number;
  readonly load1m: number;
  readonly memoryTotalBytes: number;
  readonly memoryAvailableBytes: number;
  readonly diskTotalBytes: number;
  readonly diskAvailableBytes: number;
  readonly temperatureCelsius: number | null;
}

export interface Host {
  /** Read afresh at each call; cheap (a few files of /proc and /sys). */
  readFacts(): HostFacts;
  /** Whether a local program holds back updates of a deployment (the file `hold/NAME` in the data directory). */
  isHeld(deployment: string): boolean;
}
