// What the devices report, gathered from messages: presence, state and status, each as last heard.
// Tested in test/fleet/view/expect-devices.test.ts.
import type { BaseIssue, BaseSchema } from 'valibot';
import { type Parsed, parseWith } from '../../protocol/faults.ts';
import { MAX_PAYLOAD_BYTES, parseJsonPayload } from '../../protocol/payload.ts';
import { type Presence, presenceSchema } from '../../protocol/reports/presence.ts';
import { type DeviceState, stateSchema } from '../../protocol/reports/state.ts';
import { type Status, statusSchema } from '../../protocol/reports/status.ts';
import { parseTopic } from '../../protocol/topics.ts';

/** A message of a device, as it came. */
interface Report {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export interface DeviceView {
  readonly device: string;
  readonly presence: Presence | null;
  readonly state: DeviceState | null;
  readonly statuses: ReadonlyMap<string, Status>;
}

export class FleetView {
  readonly #prefix: string;
  readonly #views = new Map<string, DeviceView>();
  readonly #listeners = new Set<(device: string) => void>();
  /** Topics whose last message is not what the protocol says, with the first fault. */
  readonly unreadable = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Calls back with the device whenever something of it has come. */
  onChange(listener: (device: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a message in; what is none of presence, state and status changes nothing. */
  accept({ topic, payload }: Report): void {
    const parsed = parseTopic(this.#prefix, topic);
    if (parsed === null || payload.byteLength === 0) return;
    if (parsed.kind !== 'presence' && parsed.kind !== 'state' && parsed.kind !== 'status') return;
    const { device } = parsed;
    const view = this.deviceOf(device);
    this.unreadable.delete(topic);
    if (parsed.kind === 'presence') {
      const presence = this.#read(presenceSchema, topic, payload);
      if (presence !== null) this.#views.set(device, { ...view, presence });
    } else if (parsed.kind === 'state') {
      const state = this.#read(stateSchema, topic, payload);
      if (state !== null) this.#views.set(device, { ...view, state });
    } else {
      const status = this.#read(statusSchema, topic, payload);
      if (status !== null) this.#views.set(device, withStatus(view, parsed.name, status));
    }
    for (const listener of this.#listeners) listener(device);
  }

  /** What is known of a device; an empty view when nothing is. */
  deviceOf(device: string): DeviceView {
    return this.#views.get(device) ?? { device, presence: null, state: null, statuses: new Map() };
  }

  /** All devices that were heard of, by name. */
  devices(): DeviceView[] {
    return [...this.#views.values()].sort((one, other) => (one.device < other.device ? -1 : 1));
  }

  #read<T>(schema: BaseSchema<unknown, T, BaseIssue<unknown>>, topic: string, payload: Uint8Array): T | null {
    const json = parseJsonPayload(payload, MAX_PAYLOAD_BYTES);
    const parsed: Parsed<T> = json.ok
      ? parseWith(schema, json.value)
      : { ok: false, faults: [{ path: '', message: json.message }] };
    if (parsed.ok) return parsed.value;
    const [first] = parsed.faults;
    this.unreadable.set(topic, first === undefined ? 'unreadable' : `${first.path} ${first.message}`.trim());
    return null;
  }
}

function withStatus(view: DeviceView, name: string, status: Status): DeviceView {
  return { ...view, statuses: new Map([...view.statuses, [name, status]]) };
}
