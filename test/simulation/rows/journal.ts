// Signs in the agent's journal and in what the service manager does: of starts, ends and a full disk.
import type { World } from '../../fakes/world.ts';
import { FULL } from './codes.ts';

/** What is heard of the engine and the broker at first hand. */
const ECHO = /^(engine|broker): /;

export class JournalSigns {
  readonly #world: World;
  readonly #see: (sign: string) => void;
  #startedAt = '';
  /** This start, and the one before it, ended before its store was open. */
  #isCutShort = false;
  #wasCutShort = false;
  #hasStartedFull = false;
  /** The disk was full since events were lost last. */
  #wasFull = false;

  constructor(world: World, see: (sign: string) => void) {
    this.#world = world;
    this.#see = see;
  }

  /** A line of the trace, with its time before it. */
  hear(line: string): void {
    const [at = ''] = line.split(' ', 1);
    const text = line.slice(at.length + 1);
    if (ECHO.test(text)) return;
    if (text === 'agent: starts') this.#hearStart(at);
    if (text === 'power: off') this.#isCutShort = at === this.#startedAt;
    if (text === 'watchdog: kills') this.#see('watchdog');
    if (text === 'agent: runs again') this.#see('stood still');
    if (text.startsWith('store: ') && this.#wasCutShort) this.#see('recovery cut short');
    if (text.startsWith('agent: no store: ') && text.includes('disk of data_dir is full'))
      this.#see('no store for want of space');
    if (text.startsWith('warn images: image not removed')) this.#see('image not removed');
    if (/^fault: \S+ disk_full/.test(text)) this.#wasFull = true;
  }

  /** A status told that the disk of `data_dir` is full. */
  hearFull(): void {
    this.#see(FULL);
    if (this.#hasStartedFull) this.#see('started on a full disk');
  }

  /** Events were lost: the newest to a full disk, others to an outbox that has no room. */
  hearLost(): void {
    this.#see(this.#wasFull ? 'events lost to a full disk' : 'events lost to a full outbox');
    if (this.#wasFull && this.#hasStartedFull) this.#see('started on a full disk');
    this.#wasFull = this.#isFull;
  }

  #hearStart(at: string): void {
    this.#startedAt = at;
    this.#wasCutShort = this.#isCutShort;
    this.#isCutShort = false;
    this.#hasStartedFull = this.#isFull;
  }

  get #isFull(): boolean {
    return this.#world.disk.capacityBytes !== Number.POSITIVE_INFINITY;
  }
}
