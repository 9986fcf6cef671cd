// SQLite's errors as the store's own, in one place.
// Tested in test/agent/store/damage.test.ts.

import { StoreBlocked } from '../ports/store.ts';
import type { SqlDatabase } from './database.ts';
import { StoreDamaged, toStoreError } from './store-errors.ts';

export interface Guard {
  /** Hears of damage before the caller does. */
  readonly onDamage: () => void;
  /** What a write beside the database meets now; `null` when nothing. */
  readonly findBlock: () => StoreBlocked | null;
}

/** The same database. */
export function guardDatabase(db: SqlDatabase, { onDamage, findBlock }: Guard): SqlDatabase {
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const known = toStoreError(error);
      if (known instanceof StoreDamaged) onDamage();
      // SQLite says only that it could not write; the file system says why.
      if (known instanceof StoreBlocked && known.code === 'data_dir_io_error') throw findBlock() ?? known;
      throw known;
    }
  };
  return {
    run: (sql, ...values) => guard(() => db.run(sql, ...values)),
    all: <Row>(sql: string, ...values: (string | number | null)[]) =>
      guard(() => db.all<Row>(sql, ...values)),
    exec: (sql) => guard(() => db.exec(sql)),
    close: () => guard(() => db.close()),
  };
}
