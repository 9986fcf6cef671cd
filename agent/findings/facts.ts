// What is known of the device when its findings are made.
import type { Event } from '../../protocol/reports/events.ts';
import type { Status } from '../../protocol/reports/status.ts';
import type { EngineFacts } from '../ports/engine.ts';
import type { ClockReading, HostFacts } from '../ports/host.ts';
import type { LineStatus } from '../ports/line.ts';

/** Space on a disk. `totalBytes` is 0 where it is not known. */
export interface DiskFacts {
  readonly path: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface EngineCondition {
  readonly facts: EngineFacts | null;
  /** Why it does not answer; `null` while it does. */
  readonly trouble: { readonly message: string; readonly hint: string } | null;
}

export interface BrokerCondition extends LineStatus {
  /** For people; without credentials. */
  readonly url: string;
}

export interface DeviceUser {
  readonly deployment: string;
  readonly service: string;
}

/** A device that services need, and that has been there. Times are ISO 8601. */
export interface WatchedDevice {
  readonly path: string;
  readonly isThere: boolean;
  /** When it was found gone the last time, and there again; `null` for never. */
  readonly wentAt: string | null;
  readonly backAt: string | null;
  readonly users: readonly DeviceUser[];
}

export interface Facts {
  readonly now: Date;
  /** As they were last told; removed ones too. */
  readonly statuses: readonly Status[];
  readonly engine: EngineCondition;
  /** When the engine was found to be another version; `at` is ISO 8601. */
  readonly engineChange: { readonly from: string; readonly to: string; readonly at: string } | null;
  readonly broker: BrokerCondition;
  readonly clock: ClockReading;
  readonly host: HostFacts;
  /** The disk of `data_dir`. */
  readonly dataDisk: DiskFacts;
  /** The engine's disk, where it is on this machine; may be the same one. */
  readonly engineDisk: DiskFacts | null;
  /** What a pull must leave free on the engine's disk. */
  readonly reserveBytes: number;
  readonly outbox: { readonly events: number; readonly statuses: number };
  /** What a service waits for or lives in, by deployment and service. */
  readonly needs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly devices: readonly WatchedDevice[];
  /** The newest events of the journal, the newest first. Read where one is looked for, and once. */
  readonly events: () => readonly Event[];
}
