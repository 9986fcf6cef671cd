/** Debian's Pythons, each unpacked with the C library that it was built for, whatever the machine has of its own. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheDir } from './cache.ts';
import { unpackPackages } from './debian-packages.ts';
import { RigError } from './exec.ts';
import { withLock } from './lock.ts';
import type { Progress } from './progress.ts';

export interface Python {
  /** `3.11` */
  readonly version: string;
  readonly program: string;
  /** What stands before a script's path. */
  readonly args: readonly string[];
}

const SOURCES = [
  { version: '3.11', suite: 'bookworm', libraries: ['libssl3', 'libffi8'] },
  { version: '3.13', suite: 'trixie', libraries: ['libssl3t64', 'libffi8'] },
] as const;
const SHARED = ['libc6', 'libexpat1', 'zlib1g'];

/** Debian 12's and Debian 13's; downloaded and unpacked where they are not there yet. */
export async function ensurePythons(progress: Progress): Promise<Python[]> {
  const pythons: Python[] = [];
  for (const source of SOURCES) pythons.push(await ensurePython(source, progress));
  return pythons;
}

async function ensurePython(
  { version, suite, libraries }: (typeof SOURCES)[number],
  progress: Progress,
): Promise<Python> {
  const root = path.join(cacheDir('python'), version);
  const packages = [`python${version}-minimal`, `libpython${version}-minimal`, `libpython${version}-stdlib`];
  await withLock(`python-${version}`, async () => {
    if (existsSync(root)) return;
    await progress.step(`Fetching Python ${version}`, () =>
      fetchTo(root, suite, [...packages, ...libraries, ...SHARED]),
    );
  });
  return pythonIn(root, version);
}

async function fetchTo(root: string, suite: string, packages: readonly string[]): Promise<void> {
  const scratch = cacheDir('python');
  const into = await mkdtemp(path.join(scratch, 'root-'));
  try {
    await unpackPackages({ suite, packages, into, scratch });
    await rename(into, root);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** Started by the loader of its own C library, which finds the libraries beside it. */
async function pythonIn(root: string, version: string): Promise<Python> {
  const lib = await findLibrary(root);
  const loader = (await readdir(lib)).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
  if (loader === undefined) throw new RigError(`no loader in ${lib}`);
  return {
    version,
    program: path.join(lib, loader),
    args: [
      '--library-path',
      `${lib}:${path.join(root, 'usr/lib', path.basename(lib))}`,
      path.join(root, `usr/bin/python${version}`),
    ],
  };
}

/** Debian 12's packages have some libraries in `/lib`, Debian 13's all in `/usr/lib`. */
async function findLibrary(root: string): Promise<string> {
  for (const folder of ['lib', 'usr/lib']) {
    const all = existsSync(path.join(root, folder)) ? await readdir(path.join(root, folder)) : [];
    const found = all.find((name) => name.endsWith('-linux-gnu'));
    if (found !== undefined) return path.join(root, folder, found);
  }
  throw new RigError(`no libraries in ${root}`);
}
