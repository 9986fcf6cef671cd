// Gathers what the findings are made from, out of all that the agent knows. Asks nobody: each part is at hand.
// Tested in test/agent/whole/findings.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import type { Event } from '../../protocol/reports/events.ts';
import type { DiskFacts, Facts } from '../findings/facts.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import type { Host, HostFacts } from '../ports/host.ts';
import type { LineStatus } from '../ports/line.ts';
import { type Documents, type EventJournal, type Seen, StoreBlocked } from '../ports/store.ts';
import { DeviceWatch } from './device-watch.ts';
import { EngineChanges } from './engine-changes.ts';
import { NeedsReader } from './needs-reader.ts';

/** Enough for an hour of a device in trouble. */
const NEWEST = 300;

export interface FactSources {
  readonly clock: Clock;
  readonly host: Host;
  readonly store: Pick<Documents, 'documentBody'>;
  readonly journal: EventJournal;
  readonly state: AgentState;
  readonly broker: { status(): LineStatus };
  readonly reporter: { pending(): { events: number; statuses: number } };
  /** Before this start of the agent. */
  readonly seen: Seen;
  /** For people; without credentials. */
  readonly brokerUrl: string;
  readonly dataDir: string;
  /** What a pull must leave free on the engine's disk. */
  readonly imageReserveBytes: number;
}

export class FactReader {
  readonly #sources: FactSources;
  readonly #needs: NeedsReader;
  readonly #engineChanges: EngineChanges;
  readonly #devices: DeviceWatch;

  constructor(sources: FactSources) {
    this.#sources = sources;
    this.#needs = new NeedsReader(sources.store);
    this.#devices = new DeviceWatch(sources.host);
    this.#engineChanges = new EngineChanges(sources.seen.engine, sources.seen.engineChange);
  }

  read(): Facts {
    const { clock, host, state, broker, reporter, brokerUrl, imageReserveBytes } = this.#sources;
    const statuses = inOrder(state.statuses.value);
    const engine = state.engine.value;
    const now = clock.wallTime();
    const hostFacts = host.readFacts();
    return {
      ...{ now, statuses, engine },
      engineChange: this.#engineChanges.note(engine.facts?.version ?? null, now),
      broker: { ...broker.status(), url: brokerUrl },
      clock: host.readClock(),
      host: hostFacts,
      ...this.#readDisks(hostFacts, engine.facts?.dataRoot ?? null),
      reserveBytes: imageReserveBytes,
      outbox: reporter.pending(),
      needs: this.#needs.read(statuses),
      devices: this.#devices.look(this.#needs.devices(statuses), now),
      events: this.#eventsOnce(),
    };
  }

  #readDisks(
    { diskAvailableBytes, diskTotalBytes }: HostFacts,
    dataRoot: string | null,
  ): Pick<Facts, 'dataDisk' | 'engineDisk'> {
    const { host, dataDir } = this.#sources;
    const dataDisk: DiskFacts = {
      path: dataDir,
      freeBytes: diskAvailableBytes,
      totalBytes: diskTotalBytes,
    };
    const freeBytes = dataRoot === null ? null : host.freeBytes(dataRoot);
    const isHere = dataRoot !== null && freeBytes !== null;
    return { dataDisk, engineDisk: isHere ? { path: dataRoot, freeBytes, totalBytes: 0 } : null };
  }

  #eventsOnce(): () => readonly Event[] {
    let events: readonly Event[] | null = null;
    return () => {
      events ??= this.#newestEvents();
      return events;
    };
  }

  /** A disk that takes nothing may not give anything either; what changed is then not told. */
  #newestEvents(): readonly Event[] {
    try {
      return this.#sources.journal.newest(NEWEST).filter(({ type }) => type !== 'sample');
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
      return [];
    }
  }
}
