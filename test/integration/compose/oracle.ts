// What the real `docker compose config` makes of a file, beside what Holdfast makes of the same file. Both become a
// document: Compose's output is a Compose file too, in long forms alone, and is read as one.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { readCompose } from '../../../lib/compose/read-compose.ts';
import { besideFolder } from '../../../lib/document/beside-folder.ts';

const runFile = promisify(execFile);

export interface Project {
  /** Later ones over earlier ones. */
  readonly files: readonly string[];
  /** By path from the project's folder. */
  readonly beside?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** What Compose makes a whole path of stays one, below `/project`; else it is a path of the project again. */
  readonly keepsPaths?: boolean;
}

type Answer =
  | { readonly ok: true; readonly content: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string };

export interface Answers {
  readonly compose: Answer;
  readonly holdfast: Answer;
}

export async function askBoth(program: string, project: Project): Promise<Answers> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-oracle-'));
  try {
    for (const [name, text] of Object.entries(project.beside ?? {})) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    return { compose: await askCompose(program, project, folder), holdfast: askHoldfast(project, folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function askHoldfast({ files, variables = {} }: Project, folder: string): Answer {
  return read(files, { folder, variables });
}

async function askCompose(
  program: string,
  { files, variables = {}, keepsPaths = false }: Project,
  folder: string,
): Promise<Answer> {
  const names = files.map((text, index) => {
    const name = `compose-${index}.yaml`;
    writeFileSync(path.join(folder, name), text);
    return name;
  });
  const args = ['-p', 'app', ...names.flatMap((name) => ['-f', name]), 'config', '--format', 'json'];
  try {
    const { stdout } = await runFile(program, args, {
      cwd: folder,
      env: variables,
      maxBuffer: 1024 ** 2 * 16,
    });
    if (keepsPaths) return read([stdout.replaceAll(folder, '/project')], { folder, variables: {} });
    return read([stdout], { folder, variables: {}, ownFolder: folder });
  } catch (error) {
    return {
      ok: false,
      message: `docker compose: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

interface Reading {
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly ownFolder?: string;
}

function read(texts: readonly string[], { folder, ...options }: Reading): Answer {
  const sources = texts.map((text, index) => ({ file: `compose-${index}.yaml`, text }));
  const written = ['compose-0.yaml', 'compose-1.yaml'].map((name) => path.join(folder, name));
  const result = readCompose(sources, {
    ...options,
    ...{ name: 'app', fallbackName: 'app', profiles: ['*'], beside: besideFolder(folder, written) },
  });
  if (result.ok) return { ok: true, content: result.content };
  return { ok: false, message: result.faults.map(({ path: at, message }) => `${at}: ${message}`).join('\n') };
}
