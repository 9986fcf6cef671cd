// Logs of containers that were removed after a failed update: a file for each service, beside the database, which would write
// them twice.
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { LogLine } from '../ports/engine.ts';
import type { KeptLog, KeptLogs, ServiceName } from '../ports/kept-logs.ts';

const FOLDER = 'kept-logs';
const ENDING = '.jsonl';
/** Of a file: what a technician reads of it, and little beside what an update writes anyway. */
export const MAX_KEPT_BYTES = 64 * 1024;
/** Of a deployment; the oldest goes first. */
export const MAX_KEPT_LOGS = 8;

const text = v.string();
const headSchema = v.object({
  ...{ container: text, revision: v.number(), keptAt: text },
  ...{ startedAt: v.nullable(text), exitCode: v.nullable(v.number()) },
});
const lineSchema = v.object({
  stream: v.picklist(['stdout', 'stderr']),
  at: v.nullable(text),
  text,
});

export class KeptLogFiles implements KeptLogs {
  readonly #dataDir: string;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  async keep({ deployment, service }: ServiceName, log: KeptLog): Promise<void> {
    const directory = join(this.#dataDir, FOLDER, deployment);
    const file = join(directory, `${service}${ENDING}`);
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeWhole(file, encode(log));
      await dropOldest(directory);
    } catch {
      // What is there of a failed update beside it tells why; a full disk must not keep a container.
      await rm(`${file}.new`, { force: true }).catch(() => undefined);
    }
  }

  find({ deployment, service }: ServiceName): Promise<KeptLog | null> {
    return readKept(join(this.#dataDir, FOLDER, deployment, `${service}${ENDING}`));
  }

  async forget(deployment: string): Promise<void> {
    await rm(join(this.#dataDir, FOLDER, deployment), { recursive: true, force: true }).catch(
      () => undefined,
    );
  }
}

/** All that there are, for support and where no agent answers. Never rejects. */
export async function listKeptLogs(dataDir: string): Promise<(ServiceName & { readonly log: KeptLog })[]> {
  const folder = join(dataDir, FOLDER);
  const deployments = await namesIn(folder);
  const found = await Promise.all(
    deployments.map(async (deployment) => {
      const files = (await namesIn(join(folder, deployment))).filter((name) => name.endsWith(ENDING));
      return Promise.all(
        files.slice(0, MAX_KEPT_LOGS).map(async (file) => {
          const log = await readKept(join(folder, deployment, file));
          return log === null ? [] : [{ deployment, service: file.slice(0, -ENDING.length), log }];
        }),
      );
    }),
  );
  return found.flat(2);
}

/** A line of JSON that says of which container they are, then one for each line. */
function encode({ lines, ...head }: KeptLog): string {
  const first = `${JSON.stringify(head)}\n`;
  let bytes = Buffer.byteLength(first);
  const encoded = lines.map((line) => `${JSON.stringify(line)}\n`).reverse();
  const tooMany = encoded.findIndex((line) => {
    bytes += Buffer.byteLength(line);
    return bytes > MAX_KEPT_BYTES;
  });
  const kept = tooMany === -1 ? encoded : encoded.slice(0, tooMany);
  return first + kept.reverse().join('');
}

async function writeWhole(file: string, content: string): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

async function dropOldest(directory: string): Promise<void> {
  const names = await namesIn(directory);
  if (names.length <= MAX_KEPT_LOGS) return;
  const files = names.map((name) => join(directory, name));
  const aged = await Promise.all(files.map(async (file) => ({ file, atMs: (await stat(file)).mtimeMs })));
  const oldest = aged.toSorted((one, other) => one.atMs - other.atMs).slice(0, -MAX_KEPT_LOGS);
  for (const { file } of oldest) await rm(file, { force: true });
}

async function readKept(file: string): Promise<KeptLog | null> {
  try {
    const [first = '', ...rest] = (await readFile(file, 'utf8')).split('\n');
    const head = v.parse(headSchema, JSON.parse(first));
    return { ...head, lines: rest.flatMap((line) => readLine(line) ?? []) };
  } catch {
    return null;
  }
}

/** `null` for one that a power cut or a rotten disk has damaged: the others count all the same. */
function readLine(line: string): LogLine | null {
  try {
    return v.parse(lineSchema, JSON.parse(line));
  } catch {
    return null;
  }
}

function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
