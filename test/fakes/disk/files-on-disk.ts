// A store's place on a simulated disk, as one process has it.
import type { DataFiles } from '../../../agent/store/data-files.ts';
import type { StorePlace } from '../../../agent/store/open-store.ts';
import { toStoreError } from '../../../agent/store/store-errors.ts';
import { DiskError, type SimulatedDisk } from './simulated-disk.ts';
import { type DatabaseOnDisk, openOnDisk } from './sqlite-on-disk.ts';

export class DiskPlace implements StorePlace {
  readonly files: DataFiles;
  readonly wallTime: () => Date;
  readonly #disk: SimulatedDisk;
  #database: DatabaseOnDisk | null = null;
  #isGone = false;

  constructor(disk: SimulatedDisk, wallTime: () => Date = () => new Date(0)) {
    this.#disk = disk;
    this.wallTime = wallTime;
    this.files = this.#openFiles();
  }

  /** The database that was opened last. */
  get database(): DatabaseOnDisk {
    if (this.#database === null) throw new Error('no database was opened');
    return this.#database;
  }

  readonly open = (name: string): DatabaseOnDisk => {
    this.#database = openOnDisk(this.#disk, `/${name}`);
    // It may have been killed in the midst of it.
    if (this.#isGone) this.#database.abandon();
    return this.#database;
  };

  /** The process is killed: nothing more of it reaches the disk. */
  abandon(): void {
    this.#isGone = true;
    this.#database?.abandon();
  }

  #openFiles(): DataFiles {
    const on = <T>(work: (disk: SimulatedDisk) => T): T => {
      if (this.#isGone) throw new DiskError('ENODEV', 'the process is gone');
      try {
        return work(this.#disk);
      } catch (error) {
        throw toStoreError(error);
      }
    };
    return {
      read: (name) =>
        on((disk) => {
          const path = `/${name}`;
          return disk.exists(path) ? Buffer.from(disk.read(path, 0, disk.size(path))) : null;
        }),
      write: (name, content) =>
        on((disk) => {
          const path = `/${name}`;
          disk.create(path);
          disk.truncate(path, 0);
          disk.write(path, 0, content);
          disk.sync(path);
        }),
      rename: (from, to) => on((disk) => disk.rename(`/${from}`, `/${to}`)),
      remove: (name) => on((disk) => disk.remove(`/${name}`)),
      syncNames: () => on((disk) => disk.syncNames()),
      identityOf: (name) => on((disk) => disk.identityOf(`/${name}`)?.toString() ?? null),
      list: () => on((disk) => disk.list('/').map((path) => path.slice(1))),
    };
  }
}
