/** Programs of the host: finding them, running one to its end, running one as root. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Something that the rig needs from the machine failed; `hint` says what a person can do. */
export class RigError extends Error {
  override readonly name = 'RigError';
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(options.hint ? `${message}\n  ${options.hint}` : message, { cause: options.cause });
    this.hint = options.hint;
  }
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** The folder that it runs in, instead of this process's. */
  readonly cwd?: string;
}

// Daemons live in sbin, which a plain user's PATH on Debian leaves out.
const searchPath = [...(process.env.PATH ?? '').split(':'), '/usr/local/sbin', '/usr/sbin', '/sbin'];

export function findProgram(name: string): string | undefined {
  return searchPath.map((dir) => path.join(dir, name)).find(isExecutable);
}

/** Resolves with the standard output; rejects with the end of what it said when it fails. */
export function run({ program, args, env, input, cwd }: Command): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, PATH: searchPath.join(':'), ...env },
      stdio: 'pipe',
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      all += text;
    });
    // A program that ends before it read its input is told by its exit code, not by a broken pipe.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.on('error', (cause) => reject(new RigError(`${program} could not be started`, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new RigError(`${program} ${args.join(' ')} ended with ${signal ?? code}\n${tail(all)}`));
    });
  });
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The same command as root: as it is for root, else through `sudo -n`, which never asks for a password. */
export function asRoot({ program, args, env, ...rest }: Command): Command {
  if (isRoot()) return { program, args, ...rest, ...(env ? { env } : {}) };
  const assignments = Object.entries(env ?? {}).map(([key, value]) => `${key}=${value}`);
  return { program: 'sudo', args: ['-n', ...assignments, program, ...args], ...rest };
}

export async function canBecomeRoot(): Promise<boolean> {
  if (isRoot()) return true;
  if (!findProgram('sudo')) return false;
  return run({ program: 'sudo', args: ['-n', 'true'] }).then(
    () => true,
    () => false,
  );
}

export function tail(text: string, lines = 15): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
