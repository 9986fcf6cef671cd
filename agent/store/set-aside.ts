// A database that cannot be used makes way for one that is built anew, and is kept for whoever wants to look.
// Tested in test/agent/store/damage.test.ts.
import { describeSystemError } from '../../lib/failures/system-error.ts';
import type { DataFiles } from './data-files.ts';
import { StoreUnusable } from './store-errors.ts';

export const DATABASE = 'holdfast.db';
/** What SQLite keeps beside it. First, so that no crash leaves an old log beside a new file, to be played into it. */
const BESIDE = ['-wal', '-journal', '-shm'];
const SET_ASIDE = /^holdfast\.db\.damaged-(\d+)$/;
/** Enough for somebody who looks into it; a card that rots for years must not fill up. */
const KEPT = 2;

/** Durable on return; answers with its new name. Throws `StoreUnusable` when the directory cannot be written. */
export function setAside(files: DataFiles): string {
  const numbers = numbersOf(files);
  const name = `${DATABASE}.damaged-${(numbers[0] ?? 0) + 1}`;
  try {
    const present = new Set(files.list());
    for (const end of [...BESIDE, ''])
      if (present.has(DATABASE + end)) files.rename(DATABASE + end, name + end);
    removeAll(files, numbers.slice(KEPT - 1));
    files.syncNames();
  } catch (cause) {
    throw new StoreUnusable({
      message: `the database can neither be read nor set aside: ${describeSystemError(cause)}`,
      hint: "data_dir must be the agent's own and writable (has the disk turned read-only?)",
      cause,
    });
  }
  return name;
}

/** Where there is no room for a new database beside them: it is worth more. */
export function dropSetAside(files: DataFiles): void {
  removeAll(files, numbersOf(files));
  files.syncNames();
}

/** Newest first. */
function numbersOf(files: DataFiles): number[] {
  const numbers = files.list().map((name) => SET_ASIDE.exec(name)?.[1]);
  return numbers
    .filter((number) => number !== undefined)
    .map(Number)
    .toSorted((a, b) => b - a);
}

function removeAll(files: DataFiles, numbers: readonly number[]): void {
  for (const number of numbers)
    for (const end of [...BESIDE, '']) files.remove(`${DATABASE}.damaged-${number}${end}`);
}
