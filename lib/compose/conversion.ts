// One run from a Compose file to a document: collects faults and remembers where each part came from.
// Tested in test/lib/compose/file-keys.test.ts.
import { posix } from 'node:path';
import { formatPath } from '../../protocol/faults.ts';
import { CarriedFiles } from './carried-files.ts';
import type { Variables } from './interpolate.ts';
import type { Json } from './json.ts';
import { isWithin, type Path } from './paths.ts';
import { Sources } from './sources.ts';
import type { Yaml, YamlEntry } from './yaml-tree.ts';

/** A part of the file on its way: what it is, where it goes in the document, where a fault of it points. */
export interface Field {
  readonly node: Yaml;
  readonly at: Path;
  readonly offset: number;
  /** Where the key stands, for faults of the key itself. */
  readonly keyOffset?: number;
}

/** Turns one field into its long form; `undefined` leaves it out (a fault has been reported, or it is empty). */
export type Convert = (field: Field, run: Conversion) => Json | undefined;

export interface OffsetFault {
  readonly offset: number;
  readonly path: string;
  readonly message: string;
}

export type FileText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };
export type Look =
  | { readonly kind: 'missing' | 'other' }
  /** `isEmpty`: but for what has been read, and so comes along by another way. */
  | { readonly kind: 'directory'; readonly isEmpty: boolean }
  | { readonly kind: 'file'; readonly isExecutable: boolean };

/** What lies beside the Compose file, by its path from there. */
export interface ProjectFolder {
  read(path: string): FileText;
  look(path: string): Look;
}

export interface ConversionOptions {
  readonly variables: Variables;
  /** Profiles that were asked for; a service with others only is left out. */
  readonly profiles?: readonly string[] | undefined;
  readonly beside?: ProjectFolder | undefined;
  /** The names of the project: what it is called here, and then what the files call it. */
  readonly projects?: readonly string[] | undefined;
  /** The project's folder here, where what was read has whole paths to it, as `docker compose config` writes them. */
  readonly ownFolder?: string | undefined;
}

const NOTHING_BESIDE: ProjectFolder = {
  read: () => ({ ok: false, message: 'there is no folder to read it from' }),
  look: () => ({ kind: 'missing' }),
};

export class Conversion {
  readonly variables: Variables;
  readonly profiles: ReadonlySet<string>;
  readonly beside: ProjectFolder;
  readonly #projects: readonly string[];
  readonly #ownFolder: string | undefined;
  /** Where the project's folder is on the device, if the file says so. */
  folder: string | null = null;
  readonly carried = new CarriedFiles();
  readonly sources = new Sources();
  readonly faults: OffsetFault[] = [];
  readonly notes: OffsetFault[] = [];
  readonly #offsets = new Map<string, number>();
  readonly #faultedPaths: Path[] = [];
  readonly #origins = new Map<string, Path>();
  readonly #locals = new Map<number, string[]>();
  readonly #leftOut = new Set<string>();
  readonly #delayed: (() => void)[] = [];

  constructor({
    variables,
    profiles = [],
    beside = NOTHING_BESIDE,
    projects = [],
    ownFolder,
  }: ConversionOptions) {
    this.variables = variables;
    this.profiles = new Set(profiles);
    this.beside = beside;
    this.#projects = projects;
    this.#ownFolder = ownFolder;
  }

  get project(): string {
    return this.#projects[0] ?? '';
  }

  /** Whether Compose gives this name itself to what the project makes under a key. */
  isOwnName(name: unknown, key: string): boolean {
    return this.#projects.some((project) => name === `${project}_${key}`);
  }

  /** Remembers that a text was put together with variables that are of the machine of whoever deploys. */
  noteLocal(offset: number, name: string): void {
    this.#locals.set(offset, [...(this.#locals.get(offset) ?? []), name]);
  }

  /** The path from the project's folder of what is written as a whole path to it, such as `$PWD/x`; else `null`. */
  localPath(source: string, offset: number): string | null {
    const usesFolder = this.#locals.get(offset)?.includes('PWD') === true;
    const folder = usesFolder ? this.variables.PWD : this.#ownFolder;
    if (folder === undefined) return null;
    return source === folder || source.startsWith(`${folder}/`) ? `.${source.slice(folder.length)}` : null;
  }

  isOfHome(offset: number): boolean {
    return this.#locals.get(offset)?.includes('HOME') === true;
  }

  /** The path from the project's folder of one that is written at an offset. */
  resolve(path: string, offset: number): string {
    const folder = this.sources.folderOf(offset);
    return folder === '' || path.startsWith('/') ? path : posix.join(folder, path);
  }

  /** Leaves a judgement until all files have been read. */
  whenRead(judge: () => void): void {
    this.#delayed.push(judge);
  }

  /** All files have been read. */
  endReading(): void {
    for (const judge of this.#delayed.splice(0)) judge();
  }

  /** Remembers a service whose profiles nobody asked for. */
  leaveOut(service: string): void {
    this.#leftOut.add(service);
  }

  get leavesOut(): boolean {
    return this.#leftOut.size > 0;
  }

  isLeftOut(service: string): boolean {
    return this.#leftOut.has(service);
  }

  /** Where a part of the document has another path than in the file: an item of a list, say, after one that was refused. */
  land(at: Path, from: Path): void {
    this.#origins.set(formatPath(at), from);
  }

  /** The path in the file of a part of the document. */
  originOf(at: Path): Path {
    let path: Path = [];
    for (const part of at) {
      const below: Path = [...path, part];
      path = this.#origins.get(formatPath(below)) ?? below;
    }
    return path;
  }

  /** Keeps the protocol from telling what is missing at a path, as a fault elsewhere tells why. */
  excuse(at: Path): void {
    this.#faultedPaths.push(at);
  }

  /** Reports a fault; the protocol's own faults at or below its path are then not told a second time. */
  fault(field: Pick<Field, 'at' | 'offset'>, message: string): undefined {
    this.faults.push({ offset: field.offset, path: formatPath(field.at), message });
    this.#faultedPaths.push(field.at);
    return undefined;
  }

  note(field: Pick<Field, 'at' | 'offset'>, message: string): void {
    this.notes.push({ offset: field.offset, path: formatPath(field.at), message });
  }

  /** Remembers where in the text of the file a part of it stands. */
  place(at: Path, offset: number): void {
    this.#offsets.set(formatPath(at), offset);
  }

  /** Where a part of the file, or else the nearest part around it, stands in its text. */
  offsetOf(at: Path): number {
    for (let length = at.length; length > 0; length -= 1) {
      const offset = this.#offsets.get(formatPath(at.slice(0, length)));
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  /** Whether a fault at this path, or of the very text at this offset, has been told. */
  isTold(at: Path, offset: number): boolean {
    const isFaultyText = this.faults.some((fault) => fault.path === '' && fault.offset === offset);
    return isFaultyText || this.#faultedPaths.some((path) => path.length > 0 && isWithin(at, path));
  }
}

/** The field of a map's entry. A fault of a map or list points at its key, of a scalar at the scalar. */
export function entryField(entry: YamlEntry, at: Path): Field {
  const isValue = entry.value.kind === 'scalar' && entry.value.value !== null;
  return {
    node: entry.value,
    at,
    offset: isValue ? entry.value.offset : entry.keyOffset,
    keyOffset: entry.keyOffset,
  };
}

/** Converts a field and remembers its place. */
export function convertField(field: Field, convert: Convert, run: Conversion): Json | undefined {
  run.place(field.at, field.offset);
  return convert(field, run);
}
