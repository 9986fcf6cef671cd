// What a device is heard to tell and seen to do, as a few words each: the signs by which the table of rows knows that
// one was reached. They only listen: a run is the same with them and without.
import type { LineStatus } from '../../../agent/ports/line.ts';
import type { Event, EventBatch } from '../../../protocol/reports/events.ts';
import type { DeviceState } from '../../../protocol/reports/state.ts';
import type { ServiceStatus, Status } from '../../../protocol/reports/status.ts';
import { DEFAULT_TOPIC_PREFIX, formatTopic, parseTopic } from '../../../protocol/topics.ts';
import type { Container } from '../../fakes/engine/container.ts';
import type { Taken } from '../../fakes/memory-broker.ts';
import type { Scene } from '../scene.ts';
import { codeOf, FULL } from './codes.ts';
import { JournalSigns } from './journal.ts';

/** From when on a broker was away for weeks. */
const WEEKS_MS = 14 * 86_400_000;

/** The signs of one run, each once; what is returned grows as the run goes on. */
export function watchSigns(scene: Scene): ReadonlySet<string> {
  const seen = new Set<string>();
  const see = (sign: string): void => void seen.add(sign);
  const journal = new JournalSigns(scene.world, see);
  const messages = new MessageSigns(scene, journal, see);
  const line = new LineSigns(see);
  scene.noteListeners.push((text) => journal.hear(text));
  scene.takenListeners.push((message) => messages.hear(message));
  scene.world.onBrokerStatus = (status) => line.hear(status, scene.world.clock.monotonicMs());
  return seen;
}

class MessageSigns {
  readonly #scene: Scene;
  readonly #journal: JournalSigns;
  readonly #see: (sign: string) => void;
  /** What each service was last told to run. */
  readonly #images = new Map<string, Pick<ServiceStatus, 'image' | 'digest'>>();
  /** Whose document each deployment was last told to follow. */
  readonly #sources = new Map<string, string>();
  #bootId: string | null = null;
  /** The broker has lost a status since the device came to it last. */
  #isForgotten = false;

  constructor(scene: Scene, journal: JournalSigns, see: (sign: string) => void) {
    this.#scene = scene;
    this.#journal = journal;
    this.#see = see;
  }

  hear({ topic: text, payload, from }: Taken): void {
    if (from === 'manager') return;
    const topic = parseTopic(DEFAULT_TOPIC_PREFIX, text);
    if (topic?.kind === 'status') this.#hearStatus(JSON.parse(payload));
    if (topic?.kind === 'events') this.#hearBatch(JSON.parse(payload));
    if (topic?.kind === 'state') this.#hearState(JSON.parse(payload));
    if (topic?.kind === 'presence') this.#isForgotten ||= this.#hasLostStatus();
  }

  #hearStatus({ deployment, source, phase, reason, refused, services, running }: Status): void {
    this.#sources.set(deployment, source);
    const codes = [reason, refused].map((told) => (told === null ? '' : codeOf(told)));
    this.#see(`${phase} ${codes[0]}`);
    this.#see(`refused ${codes[1]}`);
    if (codes.includes(FULL)) this.#journal.hearFull();
    if (phase === 'failed' && running === null) this.#see('failed at first');
    for (const [name, service] of Object.entries(services))
      this.#hearService(`${deployment}/${name}`, service);
    if (this.#isForgotten) this.#see('told anew');
    this.#isForgotten = false;
  }

  #hearService(key: string, service: ServiceStatus): void {
    const { image, digest, limits, last_failure: failure } = service;
    if (service.state === 'dead') this.#see('service dead');
    if (service.state === 'exited' && service.container === null) this.#see('job done and gone');
    if (failure !== null) this.#see(`failure ${failure.code}`);
    if (failure?.next_try_at !== undefined) this.#see('backed off');
    if (limits !== null && limits.not_enforced.length > 0) this.#see('not_enforced');
    if (digest === null) return;
    const before = this.#images.get(key);
    if (before?.image === image && before.digest !== digest) this.#see(`digest moved ${this.#policyOf(key)}`);
    this.#images.set(key, { image, digest });
  }

  /** Of pulling, by `DEPLOYMENT/SERVICE`. */
  #policyOf(key: string): string {
    const [deployment = '', service = ''] = key.split('/');
    const [container] = this.#scene.world.daemon.of(deployment, service);
    return container?.spec.service.pullPolicy ?? '';
  }

  #hearBatch({ events, lost }: EventBatch): void {
    if (lost !== undefined && wereDropped(events, lost.from)) this.#journal.hearLost();
    for (const event of events) this.#hearEvent(event);
  }

  #hearEvent(event: Event): void {
    const { type, code, message, boot_id: bootId } = { ...NO_DETAILS, ...event };
    const sign = typeof code === 'string' ? `${type} ${codeOf({ code, message: String(message) })}` : type;
    this.#see(sign);
    if (sign === 'service_failed exited' && this.#some(event, (one) => this.#scene.wasTouched(one)))
      this.#see(`${sign} by hand`);
    if (type === 'restart_container' && this.#some(event, ({ joins }) => joins.length > 0))
      this.#see(`${type} of a guest`);
    if (typeof bootId === 'string') this.#hearStart(bootId);
  }

  /** Whether the service that an event tells of has such a container. */
  #some({ deployment = '', service }: Event, fits: (container: Container) => boolean): boolean {
    return this.#scene.world.daemon.of(deployment, service).some(fits);
  }

  #hearStart(bootId: string): void {
    if (this.#bootId !== null)
      this.#see(bootId === this.#bootId ? 'agent_started again' : 'agent_started after a boot');
    this.#bootId = bootId;
  }

  #hearState({ clock, groups }: DeviceState): void {
    if (clock.source === 'year') this.#see('clock of another year');
    const followed = ['device', ...groups.map((group) => `groups/${group}`)];
    if ([...this.#sources.values()].some((source) => !followed.includes(source))) this.#see('group left');
  }

  #hasLostStatus(): boolean {
    const { broker, device } = this.#scene.world;
    return [...this.#sources.keys()].some(
      (name) => !broker.retained.has(formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'status', device, name })),
    );
  }
}

/** A start that follows no proper end skips numbers, and so does a database that is built anew. */
const SKIP_NUMBERS: ReadonlySet<string> = new Set(['agent_started', 'store_recovered']);

/** Whether events from `firstLost` on were dropped, and not only their numbers skipped. */
function wereDropped(events: readonly Event[], firstLost: number): boolean {
  return events.some(({ seq, type }, index) => {
    const before = events[index - 1]?.seq ?? firstLost - 1;
    return seq > before + 1 && !SKIP_NUMBERS.has(type);
  });
}

/** What an event may carry beside what all do. */
const NO_DETAILS: Readonly<Record<'code' | 'message' | 'boot_id', unknown>> = {
  code: null,
  message: null,
  boot_id: null,
};

/** What `holdfast status` tells of the line to the broker. */
class LineSigns {
  readonly #see: (sign: string) => void;
  #awaySinceMs: number | null = null;

  constructor(see: (sign: string) => void) {
    this.#see = see;
  }

  hear({ isConnected, trouble, denied }: LineStatus, nowMs: number): void {
    if (denied.length > 0) this.#see('line denied');
    if (trouble !== null) this.#see(`line ${codeOf(trouble)}`);
    if (trouble?.code === 'unreachable') this.#awaySinceMs ??= nowMs;
    if (!isConnected || this.#awaySinceMs === null) return;
    this.#see('line back');
    if (nowMs - this.#awaySinceMs >= WEEKS_MS) this.#see('line back after weeks');
    this.#awaySinceMs = null;
  }
}
