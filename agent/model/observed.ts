import type { ReasonCode } from '../../protocol/reports/reasons.ts';
// Observed state: what the engine shows of one deployment, found by our labels. Whose it is: see `identity.ts`.

export type ContainerState = 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead' | 'removing';

export interface ObservedContainer {
  readonly id: string;
  /** Its name in the engine: for people, and to know a creation again whose answer was lost. */
  readonly name: string;
  /** Which instance of which service it was made for. */
  readonly service: string;
  readonly index: number;
  /** The revision that created it; an unchanged service keeps its container, and so an older revision. */
  readonly revision: number;
  /** Hash of what the service asked when it was created (label `io.holdfast.spec`). */
  readonly specHash: string;
  readonly state: ContainerState;
  /** `null` before its first exit and while it runs. */
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** The engine's own time of the last start, ISO 8601: names a run. Its order is told apart in `joins.ts` alone. */
  readonly startedAt: string | null;
  /** How often the engine's restart policy has restarted it. */
  readonly engineRestarts: number;
  /** The engine's HEALTHCHECK; `none` when the image and the document have none. */
  readonly engineHealth: 'none' | 'starting' | 'healthy' | 'unhealthy';
  readonly imageId: string;
  /** Digest of the manifest that it was pulled by; `null` for an image that came by no registry. */
  readonly digest: string | null;
  /** Networks that it is joined to, by key: see `resources.ts`. */
  readonly networks: readonly string[];
  /** How long it was promised between the stop signal and the kill when it was made. */
  readonly stopGraceMs: number;
  /** Ports of the host that it was made to have, and has while it is up; and those that the engine gave it now. */
  readonly hostPorts: readonly HostPort[];
  /** Ports of the host that lead to its own now; none while it does not run. */
  readonly ports: readonly BoundPort[];
  /** Device nodes of the host, by path. */
  readonly devices: readonly string[];
  /** Addresses that it was made to have, and has while it is up. */
  readonly addresses: readonly string[];
  /** Ids of the containers whose namespaces it was made to live in. */
  readonly joins: readonly string[];
  readonly init: InitProcess;
  /** Where the host reaches it, for probes; `null` while it does not run. */
  readonly address: string | null;
  readonly settings: MutableSettings;
  /** What the kernel enforces, from its cgroup; `null` while it does not run or where it cannot be read. */
  readonly effective: EffectiveLimits | null;
}

/** What its PID 1 is: the engine's init process, one that the image or the service brings, or a program that is none. */
export type InitProcess = 'engine' | 'image' | 'none';

export interface HostPort {
  /** `null` for all addresses. */
  readonly hostIp: string | null;
  /** `8080/tcp` */
  readonly port: string;
}

/** A port of the host that leads to one of the container's. */
export interface BoundPort {
  readonly target: number;
  readonly protocol: 'tcp' | 'udp';
  /** `null` for all addresses. */
  readonly hostIp: string | null;
  readonly published: number;
}

/** Limits in force; `null` means none. */
export interface EffectiveLimits {
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  readonly pids: number | null;
}

/** Settings that the engine changes on a living container, with no new one. 0 means unlimited. */
export interface MutableSettings {
  readonly memoryBytes: number;
  readonly nanoCpus: number;
  readonly pids: number;
  /** As the engine writes it: `no`, `unless-stopped`, `on-failure` or `on-failure:3`. */
  readonly restartPolicy: string;
}

export interface Observed {
  readonly containers: readonly ObservedContainer[];
  /** Networks and volumes of the deployment, and all that could be shared, by key: see `resources.ts`. */
  readonly networks: ReadonlyMap<string, NetworkFacts>;
  readonly volumes: ReadonlyMap<string, VolumeFacts>;
  /** Of the paths in the deployment's folder that a removal names, those at which something is. */
  readonly folders: ReadonlySet<string>;
}

export interface NetworkFacts {
  readonly isInternal: boolean;
  readonly subnets: readonly string[];
}

export interface VolumeFacts {
  /** Of the engine's `local` driver. */
  readonly options: Readonly<Record<string, string>>;
}

/** Where one image stands on this device. */
export type ImageStanding =
  | { readonly kind: 'present'; readonly imageId: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'pulling'; readonly currentBytes: number; readonly totalBytes: number }
  | {
      readonly kind: 'failed';
      readonly code: ReasonCode;
      readonly message: string;
      readonly hint: string | undefined;
      /** Whether trying again soon could help: a network that is away, as against an image that is not there. */
      readonly isTransient: boolean;
      readonly retryAtMs: number;
      /** The same as wall-clock time, ISO 8601; `null` where it is soon or nobody tries. */
      readonly nextTryAt: string | null;
    };
