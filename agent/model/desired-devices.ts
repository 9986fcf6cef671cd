// Devices and accelerators that a service asks for.

export interface DesiredDevices {
  readonly devices: readonly DeviceNode[];
  /** Devices of the Container Device Interface, by name. */
  readonly cdiDevices: readonly string[];
  readonly deviceRules: readonly string[] | null;
  readonly accelerators: readonly AcceleratorRequest[];
}

/** A device node of the host. */
export interface DeviceNode {
  readonly source: string;
  /** Where the container finds it. */
  readonly target: string;
  /** Of `rwm`. */
  readonly permissions: string;
}

export interface AcceleratorRequest {
  readonly driver: string | null;
  /** `null`: all that there are, or those with `ids`. */
  readonly count: number | null;
  readonly ids: readonly string[] | null;
  /** Each once. */
  readonly capabilities: readonly string[];
  readonly options: Readonly<Record<string, string>> | null;
}
