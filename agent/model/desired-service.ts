// One service as its document asks for it, as values, with the defaults filled in. `null` and an empty list say nothing:
// then what the image says holds, or else the engine's own default.
import type { ImageReference } from '../../protocol/values/image-reference.ts';
import type { Platform } from '../../protocol/values/platform.ts';
import type { DesiredDevices } from './desired-devices.ts';
import type { Healthcheck, Probe } from './desired-health.ts';
import type { DesiredMounts } from './desired-mounts.ts';
import type { DesiredNetworking, Namespace } from './desired-networking.ts';
import type { ServiceFolder } from './service-folder.ts';

export interface DesiredService extends DesiredProcess, DesiredNetworking, DesiredMounts, DesiredDevices {
  readonly image: DesiredImage;
  /** `always`: pulled before the switch to each revision, never for a restart. */
  readonly pullPolicy: 'missing' | 'always' | 'never';
  /** The image for another CPU; `null` for this device's own. */
  readonly platform: Platform | null;
  readonly restart: Restart;
  readonly dependsOn: readonly Dependency[];
  /** What the agent asks from outside; `null` where it asks nothing. */
  readonly probe: Probe | null;
  readonly healthcheck: Healthcheck | null;
  readonly resources: DesiredResources;
  readonly security: DesiredSecurity;
  readonly logging: { readonly driver: string | null; readonly options: Readonly<Record<string, string>> };
  /** Directories of the deployment's folder that it binds. */
  readonly folders: readonly ServiceFolder[];
}

export interface DesiredImage {
  /** As the document has it: what engine and manager know it by. */
  readonly text: string;
  /** `null` for one that an older agent took, and that is none by the grammar of today. */
  readonly reference: ImageReference | null;
}

/** What the engine does when its process ends. Nothing said is `always`: a service of a device is there to run. */
export type Restart =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  /** `null`: as often as it fails. */
  | { readonly kind: 'on_failure'; readonly maxRetries: number | null };

export interface Dependency {
  readonly service: string;
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
}

/** What is started, as whom and with what around it. */
export interface DesiredProcess {
  readonly command: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly workingDir: string | null;
  readonly user: string | null;
  readonly groups: readonly string[] | null;
  readonly hostname: string | null;
  readonly domainname: string | null;
  /** Whether it has the name of the device. */
  readonly hasDeviceName: boolean;
  /** `null`: the engine's init process where the image brings none. */
  readonly init: boolean | null;
  readonly runtime: string | null;
  readonly stopSignal: string | null;
  /** Between the stop signal and the kill. */
  readonly stopGraceMs: number;
}

/** What it may use beyond the settings that change on a living container (`MutableSettings`). */
export interface DesiredResources {
  /** What the kernel tries to leave it when memory runs short. */
  readonly reservedBytes: number | null;
  readonly cpuShares: number | null;
  readonly cpuset: string | null;
  readonly oomScoreAdj: number | null;
  readonly shmBytes: number | null;
  readonly sysctls: Readonly<Record<string, string>> | null;
  /** -1 is unlimited. */
  readonly ulimits: Readonly<Record<string, { readonly soft: number; readonly hard: number }>> | null;
}

/** What it may do to the device. */
export interface DesiredSecurity {
  readonly capAdd: readonly string[] | null;
  readonly capDrop: readonly string[] | null;
  readonly privileged: boolean | null;
  readonly readOnly: boolean | null;
  /** Each as the engine's `--security-opt` takes it. */
  readonly options: readonly string[];
  readonly ipc: Namespace | null;
  readonly pid: Namespace | null;
}
