// Files beside the Compose file that come with the document as configs, in the place of binds.
// Tested in test/lib/compose/meaning.test.ts.
import type { Path } from '../../protocol/deployment/check-report.ts';
import type { JsonObject } from './json.ts';

export interface CarriedFile {
  readonly service: string;
  readonly path: string;
  /** Where the bind stands. */
  readonly at: Path;
  readonly content: string;
  readonly target: string;
  readonly mode: string;
}

/** Each file once, whoever binds it, under a name that looks like its path and that no config of the file has. */
export class CarriedFiles {
  readonly #files: CarriedFile[] = [];
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** Names that are given already. */
  reserve(names: readonly string[]): void {
    for (const name of names) this.#taken.add(name);
  }

  add(file: CarriedFile): void {
    this.#files.push(file);
    if (this.#names.has(file.path)) return;
    const name = this.#freeName(file.path);
    this.#taken.add(name);
    this.#names.set(file.path, name);
  }

  of(service: string): readonly CarriedFile[] {
    return this.#files.filter((file) => file.service === service);
  }

  nameOf({ path }: CarriedFile): string {
    return this.#names.get(path) ?? '';
  }

  contents(): JsonObject {
    return Object.fromEntries(this.#files.map((file) => [this.nameOf(file), { content: file.content }]));
  }

  #freeName(path: string): string {
    const stem =
      path
        .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(-56) || 'file';
    const good = /^[A-Za-z0-9]/.test(stem) ? stem : `f${stem}`;
    let name = good;
    for (let count = 2; this.#taken.has(name); count += 1) name = `${good}-${count}`;
    return name;
  }
}
