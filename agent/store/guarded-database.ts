// SQLite's errors as the store's own, in one place.
import type { SqlDatabase } from './database.ts';
import { StoreDamaged, toStoreError } from './store-errors.ts';

/** The same database; `onDamage` hears of damage before the caller does. */
export function guardDatabase(db: SqlDatabase, onDamage: () => void): SqlDatabase {
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const known = toStoreError(error);
      if (known instanceof StoreDamaged) onDamage();
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
