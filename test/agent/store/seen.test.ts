// What the diagnosis saw, kept beside the database.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Seen } from '../../../agent/ports/store.ts';
import { openStore } from '../../../agent/store/open-store.ts';

const AT = '2026-11-22T12:00:00.000Z';
const SEEN: Seen = {
  engine: '26.1.5',
  engineChange: { from: '20.10.24', to: '26.1.5', at: AT },
  findings: { 'clock_unsynchronised:clock': AT },
};

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'holdfast-seen-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function read(write?: Seen): Seen | null {
  const store = openStore(dir);
  try {
    if (write !== undefined) store.writeSeen(write);
    return store.readSeen();
  } finally {
    store.close();
  }
}

test('is there at the next start', () => {
  expect(read()).toBeNull();
  read(SEEN);
  expect(read()).toEqual(SEEN);
});

test('a damaged one counts as none', () => {
  read(SEEN);
  writeFileSync(path.join(dir, 'documents/seen'), '{"schema":1,"engine":7}');
  expect(read()).toBeNull();
});
