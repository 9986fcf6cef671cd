// A real store for one test, gone after it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../../agent/store/open-store.ts';
import type { SqliteStore } from '../../../agent/store/sqlite-store.ts';

/** In memory where there is one: these tests write much and lose nothing with the power. */
const TMP = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export async function withStore(run: (store: SqliteStore) => void | Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(TMP, 'holdfast-store-'));
  const store = openStore(dir);
  try {
    await run(store);
  } finally {
    store.close();
    rmSync(dir, { recursive: true });
  }
}
