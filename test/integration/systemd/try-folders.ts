// Makes and deletes directories in a deployment's folder as the agent does; started where the agent is, with its rights.
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { HostFolders } from '../../../agent/host/host-folders.ts';
import type { StepOutcome } from '../../../agent/model/steps.ts';

const ROOT = '/var/lib/holdfast/folders';
const folders = new HostFolders({ folders: ROOT });
const PLAIN = { target: '/x', isReadOnly: false, propagation: null, owner: null, mode: null };

/** Throws for what does not succeed. */
async function must(outcome: Promise<{ readonly ok: true } | (StepOutcome & { ok: false })>): Promise<void> {
  const told = await outcome;
  if (!told.ok) throw new Error(`${told.code}: ${told.message}`);
}

const make = (path: string, user: string, said: object = {}): Promise<void> =>
  must(folders.make('line', [{ ...PLAIN, path, ...said }], user));

if (process.argv[2] === 'make') {
  await make('./data', '1000:1000');
  await make('./data', '', { mode: 0o700 });
  await make('./data/sub', '2000');
  await make('./named', 'app');
  // As a service leaves it.
  mkdirSync(`${ROOT}/line/named/shut`);
  chmodSync(`${ROOT}/line/named/shut`, 0);
  chownSync(`${ROOT}/line/named/shut`, 3000, 3000);
} else {
  await must(folders.remove('line', './'));
}
