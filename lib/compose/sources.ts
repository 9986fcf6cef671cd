// All texts that one Compose project is read from, one behind the other: an offset says where in which of them.
// Tested in test/lib/compose/read-compose.test.ts.
import type { Position } from './yaml-tree.ts';

/** A file, with what messages call it. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

interface Source {
  readonly base: number;
  readonly file: string;
  /** From the project's folder, where what it names by relative paths lies; empty for that folder itself. */
  readonly folder: string;
  readonly positionOf: (offset: number) => Position;
}

export interface Place extends Position {
  /** Left out where there is but one file. */
  readonly file?: string;
}

export class Sources {
  readonly #sources: Source[] = [];
  #end = 0;

  /** Room for a text: what its first character counts as. */
  reserve({ text }: SourceText): number {
    const base = this.#end;
    // One more, so that the end of a text is no other's start.
    this.#end += text.length + 1;
    return base;
  }

  add(source: Source): void {
    this.#sources.push(source);
  }

  placeOf(offset: number): Place {
    const source = this.#sourceOf(offset);
    const position = source?.positionOf(offset) ?? { line: 1, column: 1 };
    return source === undefined || this.#sources.length === 1 ? position : { ...position, file: source.file };
  }

  folderOf(offset: number): string {
    return this.#sourceOf(offset)?.folder ?? '';
  }

  #sourceOf(offset: number): Source | undefined {
    return this.#sources
      .filter(({ base }) => base <= offset)
      .toSorted((one, other) => other.base - one.base)[0];
  }
}
