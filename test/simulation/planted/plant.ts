// Puts a bug into a copy of the agent, and runs the copy's own simulation.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { RunResult } from '../run.ts';
import type { PlantedBug } from './bugs.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** All that the simulation imports. */
const COPIED = ['agent', 'protocol', 'lib', 'test/fakes', 'test/simulation', 'package.json', 'tsconfig.json'];
/** What of it a bug can change. */
const COMPILED = ['agent', 'protocol', 'lib'];
const FIRST_SEED = 1;

export interface Hunt {
  /** Of the lowest seed that broke a promise; `null` when none did. */
  readonly failed: RunResult | null;
  /** Up to that seed, or all. */
  readonly runs: number;
  readonly seconds: number;
}

/** Where a bug's text is not there exactly once, in words; `null` when each can be planted. */
export async function findRot({ name, edits }: PlantedBug): Promise<string | null> {
  for (const { file, find } of edits) {
    const count = (await readFile(join(ROOT, file), 'utf8')).split(find).length - 1;
    if (count !== 1) return `${name}: ${file} has ${count} times: ${find}`;
  }
  return null;
}

/**
 * What the compiler says of the agent with each of the bugs, by the number of the bug; `''` when each compiles. A bug
 * that names what is not there any more ends the agent at once, and no promise has to find it.
 */
export async function checkTypes(bugs: readonly PlantedBug[]): Promise<string> {
  const copies = await mkdtemp(join(tmpdir(), 'holdfast-planted-'));
  try {
    await symlink(join(ROOT, 'node_modules'), join(copies, 'node_modules'));
    await cp(join(ROOT, 'package.json'), join(copies, 'package.json'));
    for (const [number, { edits }] of bugs.entries()) {
      const copy = join(copies, `${number}`);
      for (const part of COMPILED) await cp(join(ROOT, part), join(copy, part), { recursive: true });
      for (const edit of edits) await plant(copy, edit);
    }
    const files = bugs.flatMap(({ edits }, number) => edits.map(({ file }) => `${number}/${file}`));
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false, allowUnreachableCode: true };
    const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, files };
    await writeFile(join(copies, 'tsconfig.json'), JSON.stringify(config));
    return await compile(copies);
  } finally {
    await rm(copies, { recursive: true });
  }
}

async function compile(folder: string): Promise<string> {
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  try {
    const { stdout } = await promisify(execFile)(compiler, ['--project', folder], { maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && error.stdout !== '') return String(error.stdout);
    throw error;
  }
}

/** Runs seeds from 1 until one breaks a promise; with no bug on the agent as it is. */
export async function hunt(
  edits: PlantedBug['edits'],
  { runs, workers }: { runs: number; workers: number },
): Promise<Hunt> {
  const copy = await mkdtemp(join(tmpdir(), 'holdfast-planted-'));
  const startedMs = performance.now();
  try {
    for (const part of COPIED) await cp(join(ROOT, part), join(copy, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const edit of edits) await plant(copy, edit);
    const url = pathToFileURL(join(copy, 'test/simulation/many-runs.ts')).href;
    const { runMany }: typeof import('../many-runs.ts') = await import(url);
    const many = { firstSeed: FIRST_SEED, maxRuns: runs, maxMs: Number.POSITIVE_INFINITY, workers };
    const { totals, failed } = await runMany({ ...many, options: {} });
    const seconds = (performance.now() - startedMs) / 1000;
    return { failed, runs: failed === null ? totals.runs : failed.seed - FIRST_SEED + 1, seconds };
  } finally {
    await rm(copy, { recursive: true });
  }
}

async function plant(copy: string, { file, find, replace }: PlantedBug['edits'][number]): Promise<void> {
  const path = join(copy, file);
  const text = await readFile(path, 'utf8');
  await writeFile(
    path,
    text.replace(find, () => replace),
  );
}
