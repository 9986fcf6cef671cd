// A bundle as a file: whole or not at all, for its owner alone.
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, lstat, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { systemErrorCode } from '../../lib/failures/system-error.ts';
import { type TarEntry, writeTar } from '../../lib/oci/tar.ts';
import { VERSION } from '../../lib/program/version.ts';
import { asJson, type Bundle } from './part.ts';

export interface Manifest {
  readonly created_at: string;
  readonly agent_version: string;
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  readonly missing: Bundle['missing'];
}

export function manifestOf({ files, missing }: Bundle, now: Date): Manifest {
  const listed = files.map(({ path: name, text }) => ({ path: name, bytes: Buffer.byteLength(text) }));
  return { created_at: now.toISOString(), agent_version: VERSION, files: listed, missing };
}

export interface Target {
  readonly file: string;
  /** Whether it may take the place of another. */
  readonly force: boolean;
}

/** Durable on return. Rejects with `EEXIST` where there is another file, and with what else the system answers. */
export async function writeBundle(
  bundle: Bundle,
  manifest: Manifest,
  { file, force }: Target,
): Promise<void> {
  if (!force) await refuseExisting(file);
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(4).toString('hex')}`);
  try {
    await pipeline(
      writeTar(entriesOf(bundle, manifest)),
      createGzip(),
      createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }),
    );
    if (force) await rename(draft, file);
    else await putInPlace(draft, file);
    await syncDirectory(path.dirname(file));
  } finally {
    await rm(draft, { force: true });
  }
}

function entriesOf({ files }: Bundle, manifest: Manifest): TarEntry[] {
  const all = [{ path: 'MANIFEST.json', text: asJson(manifest) }, ...files];
  return all.map(({ path: name, text }) => ({
    ...{ path: `holdfast-bundle/${name}`, type: 'file', mode: 0o600 },
    content: Buffer.from(text),
  }));
}

/** A link refuses what came there meanwhile. A stick's file system may have none. */
async function putInPlace(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file);
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') throw error;
    await refuseExisting(file);
    await rename(draft, file);
  }
}

async function refuseExisting(file: string): Promise<void> {
  const found = await lstat(file).catch(() => null);
  if (found !== null) throw Object.assign(new Error(`${file} exists`), { code: 'EEXIST' });
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
