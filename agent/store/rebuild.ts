// What a new database begins with, where there was another before it.
// Tested in test/agent/store/damage.test.ts.
import type { EventOf } from '../../protocol/reports/events.ts';
import { StoreBlocked } from '../ports/store.ts';
import type { ToldNumbers } from './copy-shapes.ts';
import type { SqlDatabase } from './database.ts';
import type { LostRecord } from './deployment-rows.ts';
import { inTransaction, readCounter, writeCounter } from './rows.ts';
import type { SecondCopies } from './second-copies.ts';
import { SqliteStore, type StoreOptions } from './sqlite-store.ts';

/** Why the database before this one is not used. */
export interface Cause {
  readonly code: 'damaged' | 'newer' | 'missing';
  readonly message: string;
  /** Its file's name now. */
  readonly set_aside?: string;
}

const MISSING: Cause = { code: 'missing', message: 'there was no database beside the second copies' };

export interface Rebuilding {
  readonly copies: SecondCopies;
  /** `null` where nothing is known to be wrong. */
  readonly cause: Cause | null;
  readonly wallTime: Date;
  readonly options: StoreOptions;
}

/**
 * Makes a store of a database, with all that the second copies know better, and tells of a recovery as an event.
 * A crash in it is followed by the same again. Throws `StoreBlocked`.
 */
export function settle(db: SqlDatabase, rebuilding: Rebuilding): SqliteStore {
  const { copies, cause, wallTime, options } = rebuilding;
  const isNew = readCounter(db, 'is_built') === 0;
  const hadCopies = copies.exist();
  if (isNew && (cause !== null || hadCopies))
    skipToldNumbers(db, copies.readNumbers() ?? guessFrom(wallTime));
  const store = new SqliteStore(db, copies, options);
  const lost = store.lostRecords();
  const loss = lossOf(lost);
  // Before it is mended: a crash in between tells it twice, and not never.
  if (loss !== null) store.noteRecovery(loss, wallTime.toISOString());
  const deployments = adoptOrLeave(store, lost, isNew);
  store.prepareNumbers();
  if (!isNew) return store;
  if (cause !== null || hadCopies)
    store.noteRecovery(recoveryOf(cause ?? MISSING, deployments), wallTime.toISOString());
  writeCounter(db, 'is_built', 1);
  return store;
}

/** A sound database does without: it is tried again at the next start. */
function adoptOrLeave(store: SqliteStore, lost: readonly LostRecord[], isNew: boolean): string[] {
  try {
    return store.adoptCopies(lost);
  } catch (error) {
    if (isNew || !(error instanceof StoreBlocked)) throw error;
    return [];
  }
}

function recoveryOf(cause: Cause, deployments: readonly string[]): EventOf<'store_recovered'> {
  return { type: 'store_recovered', ...cause, deployments: [...deployments] };
}

/** Of records that were read in part, in a database that is sound. */
function lossOf(lost: readonly LostRecord[]): EventOf<'store_recovered'> | null {
  const [first] = lost;
  if (first === undefined) return null;
  const { deployment, code, message } = first;
  const more = lost.length > 1 ? `, and ${lost.length - 1} more` : '';
  const text = `the record of ${deployment}: ${message}${more}; what it proved, barred and completed goes on`;
  return recoveryOf(
    { code, message: text },
    lost.map((record) => record.deployment),
  );
}

/** More than any device has counted to, unless its clock stands in 1970. */
function guessFrom(wallTime: Date): ToldNumbers {
  const seconds = Math.floor(wallTime.getTime() / 1000);
  return { events: seconds, statuses: seconds, acknowledged: 0 };
}

function skipToldNumbers(db: SqlDatabase, { events, statuses, acknowledged }: ToldNumbers): void {
  inTransaction(db, () => {
    raiseCounter(db, 'events_numbered', events);
    raiseCounter(db, 'events_acknowledged', acknowledged);
    raiseCounter(db, 'status_seq', statuses);
  });
}

function raiseCounter(db: SqlDatabase, name: string, value: number): void {
  if (readCounter(db, name) < value) writeCounter(db, name, value);
}
