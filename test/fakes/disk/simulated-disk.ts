// A disk in memory that keeps its promises and no more: what was synced stays, and of what was not a power cut
// leaves any part, in any order, torn at sectors. It can be full, and it can rot.
//
// State of a file       leaves it by
// written, not synced   sync: it is durable; a cut: each of its sectors was written, or was not
// linked, not synced    a sync of the file or of its directory; a cut: the newest links may be undone
// durable               being damaged by `rot`, or removed
import type { Random } from '../../../lib/time/clock.ts';

const SECTOR_BYTES = 512;

/** The error of every call after the power went; as the errno of a real disk. */
export class DiskError extends Error {
  readonly code: 'ENODEV' | 'ENOSPC' | 'ENOENT' | 'EROFS' | 'EIO';

  constructor(code: DiskError['code'], what: string) {
    super(`${code}: ${what}`);
    this.name = 'DiskError';
    this.code = code;
  }
}

interface Inode {
  readonly number: number;
  content: Content;
  /** What a power cut leaves for certain. */
  durable: Content;
  /** Writes and truncations since the last sync, oldest first. */
  unsynced: Change[];
}

interface Content {
  /** May be longer than the file. */
  bytes: Uint8Array;
  length: number;
}

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly length: number };

type Naming =
  | { readonly kind: 'link'; readonly path: string; readonly inode: Inode }
  | { readonly kind: 'unlink'; readonly path: string };

export interface DiskCounts {
  writes: number;
  writtenBytes: number;
  readBytes: number;
  syncs: number;
  /** How often a database was opened on it. */
  opens: number;
  /** How often a file of it was damaged. */
  rots: number;
}

export class SimulatedDisk {
  readonly counts: DiskCounts = { writes: 0, writtenBytes: 0, readBytes: 0, syncs: 0, opens: 0, rots: 0 };
  /** Called before each change and each sync, with its number; may cut the power. */
  onChange: ((count: number) => void) | null = null;
  /** What all files together may take. */
  capacityBytes = Number.POSITIVE_INFINITY;
  /** What every change meets, as on a file system that has turned read-only, or a card at its end. */
  blockedBy: 'EROFS' | 'EIO' | null = null;
  readonly #names = new Map<string, Inode>();
  readonly #durableNames = new Map<string, Inode>();
  #namings: Naming[] = [];
  #changes = 0;
  #isPowered = true;

  get isPowered(): boolean {
    return this.#isPowered;
  }

  get usedBytes(): number {
    let used = 0;
    for (const { content } of this.#names.values()) used += content.length;
    return used;
  }

  exists(path: string): boolean {
    this.#needPower(path);
    return this.#names.has(path);
  }

  /** Paths that begin with `prefix`, in order. */
  list(prefix: string): string[] {
    this.#needPower(prefix);
    return [...this.#names.keys()].filter((path) => path.startsWith(prefix)).sort();
  }

  /** Another number for another file of that name; `null` when there is none. */
  identityOf(path: string): number | null {
    this.#needPower(path);
    return this.#names.get(path)?.number ?? null;
  }

  create(path: string): void {
    this.#begin(path);
    if (this.#names.has(path)) return;
    this.#name({ kind: 'link', path, inode: emptyInode() });
  }

  size(path: string): number {
    return this.#open(path).content.length;
  }

  /** At most `length` bytes from `at`; shorter at the end of the file. Valid until the next change. */
  read(path: string, at: number, length: number): Uint8Array {
    const { content } = this.#open(path);
    const read = content.bytes.subarray(Math.min(at, content.length), Math.min(at + length, content.length));
    this.counts.readBytes += read.length;
    return read;
  }

  write(path: string, at: number, bytes: Uint8Array): void {
    this.#begin(path);
    const inode = this.#open(path);
    const growth = Math.max(0, at + bytes.length - inode.content.length);
    if (growth > 0 && this.usedBytes + growth > this.capacityBytes)
      throw new DiskError('ENOSPC', `no space for ${growth} bytes of ${path}`);
    this.counts.writes += 1;
    this.counts.writtenBytes += bytes.length;
    this.#change(inode, { kind: 'write', at, bytes: bytes.slice() });
  }

  truncate(path: string, length: number): void {
    this.#begin(path);
    this.#change(this.#open(path), { kind: 'truncate', length });
  }

  /** Makes a file's content durable, and its name. */
  sync(path: string): void {
    this.#begin(path);
    this.counts.syncs += 1;
    const inode = this.#open(path);
    for (const change of inode.unsynced) apply(inode.durable, change);
    inode.unsynced = [];
    if (this.#durableNames.get(path) === inode) return;
    this.#durableNames.set(path, inode);
    this.#namings = this.#namings.filter((naming) => naming.path !== path);
  }

  /** Makes all names durable: what was created, renamed and removed. */
  syncNames(): void {
    this.#begin('the directory');
    this.counts.syncs += 1;
    for (const naming of this.#namings) applyNaming(this.#durableNames, naming);
    this.#namings = [];
  }

  rename(from: string, to: string): void {
    this.#begin(from);
    const inode = this.#open(from);
    // One change of the directory: after a cut both names stand, or only the new one.
    this.#name({ kind: 'link', path: to, inode });
    this.#name({ kind: 'unlink', path: from });
  }

  remove(path: string): void {
    this.#begin(path);
    if (!this.#names.has(path)) return;
    this.#name({ kind: 'unlink', path });
  }

  /** Flips bits of a file, or cuts it off: what a worn card does. */
  rot(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const inode = this.#open(path);
    this.counts.rots += 1;
    const { bytes, length } = inode.content;
    const rotten = change(bytes.slice(0, length));
    for (const content of [inode.content, inode.durable]) {
      content.bytes = rotten.slice();
      content.length = rotten.length;
    }
    inode.unsynced = [];
  }

  /** The power goes: this disk answers nothing any more, and what is left of it is returned. */
  cut(random: Random): SimulatedDisk {
    this.#isPowered = false;
    const after = new SimulatedDisk();
    after.capacityBytes = this.capacityBytes;
    after.counts.opens = this.counts.opens;
    after.counts.rots = this.counts.rots;
    const names = new Map(this.#durableNames);
    const kept = Math.floor(random() * (this.#namings.length + 1));
    for (const naming of this.#namings.slice(0, kept)) applyNaming(names, naming);
    // How much of what was under way got through differs from cut to cut: all, nothing, and all between.
    const share = [0, 0.5, 0.9, 1][Math.floor(random() * 4)] ?? 0;
    for (const [path, inode] of names)
      after.#restore(
        path,
        leaveSome(inode, () => random() < share),
      );
    return after;
  }

  #restore(path: string, content: Content): void {
    const inode = { ...emptyInode(), content, durable: copyOf(content) };
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  #open(path: string): Inode {
    this.#needPower(path);
    const inode = this.#names.get(path);
    if (inode === undefined) throw new DiskError('ENOENT', path);
    return inode;
  }

  #begin(path: string): void {
    this.#needPower(path);
    this.#changes += 1;
    this.onChange?.(this.#changes);
    this.#needPower(path);
    if (this.blockedBy !== null) throw new DiskError(this.blockedBy, path);
  }

  #needPower(path: string): void {
    if (!this.#isPowered) throw new DiskError('ENODEV', `the power is off: ${path}`);
  }

  #change(inode: Inode, change: Change): void {
    apply(inode.content, change);
    inode.unsynced.push(change);
  }

  #name(naming: Naming): void {
    applyNaming(this.#names, naming);
    this.#namings.push(naming);
  }
}

let lastInode = 0;

function emptyInode(): Inode {
  lastInode += 1;
  return { number: lastInode, content: emptyContent(), durable: emptyContent(), unsynced: [] };
}

function emptyContent(): Content {
  return { bytes: new Uint8Array(0), length: 0 };
}

function copyOf({ bytes, length }: Content): Content {
  return { bytes: bytes.slice(0, length), length };
}

function applyNaming(names: Map<string, Inode>, naming: Naming): void {
  if (naming.kind === 'unlink') names.delete(naming.path);
  else names.set(naming.path, naming.inode);
}

function apply(content: Content, change: Change): void {
  if (change.kind === 'truncate') resize(content, change.length);
  else put(content, change.at, change.bytes);
}

function put(content: Content, at: number, bytes: Uint8Array): void {
  resize(content, Math.max(content.length, at + bytes.length));
  content.bytes.set(bytes, at);
}

/** What a file gains in length reads as zeros. */
function resize(content: Content, length: number): void {
  if (length > content.bytes.length) {
    const grown = new Uint8Array(Math.max(length, content.bytes.length * 2));
    grown.set(content.bytes.subarray(0, content.length));
    content.bytes = grown;
  } else if (length < content.length) content.bytes.fill(0, length, content.length);
  content.length = length;
}

/** The durable content with some of the sectors written since. A length is metadata: it changes in order. */
function leaveSome({ durable, unsynced }: Inode, survives: () => boolean): Content {
  const left = copyOf(durable);
  for (const change of unsynced) {
    if (change.kind === 'truncate') {
      if (survives()) resize(left, change.length);
      continue;
    }
    const { at, bytes } = change;
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES));
      if (survives()) put(left, at + from, bytes.subarray(from, to));
      from = to;
    }
  }
  return left;
}
