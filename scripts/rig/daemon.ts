/**
 * A program that outlives the script which started it, is found again by the next one, and is ended by its
 * id alone, after a look that the id still names it.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { asRoot, findProgram, RigError, run, tail } from './exec.ts';

export interface Daemon {
  readonly program: string;
  readonly args: readonly string[];
  /** Where its id is kept. */
  readonly pidFile: string;
  readonly logFile: string;
  /** A part of its command line that no other process has, such as the path of its own configuration. */
  readonly mark: string;
  readonly needsRoot?: boolean;
  /** It writes `pidFile` itself. Under sudo that is the only way to its own id. */
  readonly writesPidFile?: boolean;
  isReady(): Promise<boolean>;
}

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 25;
/** Dead, or a zombie that its parent has not collected yet. */
const ENDED_STATES: ReadonlySet<string> = new Set(['X', 'Z']);

/** The id of the running daemon, or undefined. */
export function findDaemon({ pidFile, mark }: Pick<Daemon, 'pidFile' | 'mark'>): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  return pid > 1 && commandLine(pid).includes(mark) ? pid : undefined;
}

/** Starts it, unless it runs, and waits until it is ready. */
export async function startDaemon(daemon: Daemon): Promise<void> {
  const pid = findDaemon(daemon) ?? launch(daemon);
  const isUp = await pollUntil(async () => hasEnded(pid) || (await daemon.isReady()), READY_TIMEOUT_MS);
  if (!isUp || hasEnded(pid)) {
    const log = tail(readFileSync(daemon.logFile, 'utf8'));
    throw new RigError(`${daemon.program} did not come up:\n${log}`, { hint: `Its log: ${daemon.logFile}` });
  }
}

/** Sends `signal` and waits for the end; SIGKILL after `graceMs`. Does nothing when it does not run. */
export async function endDaemon(
  daemon: Daemon,
  signal: 'SIGTERM' | 'SIGKILL',
  graceMs = 20_000,
): Promise<void> {
  const pid = findDaemon(daemon);
  if (pid !== undefined) {
    const isGone = async () => !commandLine(pid).includes(daemon.mark);
    await send(daemon, pid, signal);
    if (!(await pollUntil(isGone, graceMs))) {
      await send(daemon, pid, 'SIGKILL');
      await pollUntil(isGone, graceMs);
    }
  }
  rmSync(daemon.pidFile, { force: true });
}

/** False when the time ran out first. */
export async function pollUntil(check: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function launch(daemon: Daemon): number {
  const command = { program: findProgram(daemon.program) ?? daemon.program, args: daemon.args };
  const { program, args } = daemon.needsRoot ? asRoot(command) : command;
  rmSync(daemon.pidFile, { force: true }); // dockerd refuses to start beside an old one
  const log = openSync(daemon.logFile, 'w');
  const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], cwd: '/' });
  child.on('error', () => {}); // it shows as a process that is not there
  child.unref();
  closeSync(log);
  if (!daemon.writesPidFile) writeFileSync(daemon.pidFile, String(child.pid ?? 0));
  return child.pid ?? 0;
}

async function send(daemon: Daemon, pid: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (daemon.needsRoot) await run(asRoot({ program: 'kill', args: ['-s', signal.slice(3), String(pid)] }));
  else process.kill(pid, signal);
}

// By its state: the command line is empty for a moment in the middle of an exec too.
function hasEnded(pid: number): boolean {
  const state = processState(pid);
  return state === '' || ENDED_STATES.has(state);
}

/** `S`, `R` and so on; empty when there is no such process. */
function processState(pid: number): string {
  try {
    if (process.platform !== 'linux') return ps('stat', pid).slice(0, 1);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2);
  } catch {
    return '';
  }
}

/** Empty when there is no such process, and for one that has ended or is just being started. */
function commandLine(pid: number): string {
  try {
    if (process.platform !== 'linux') return ps('args', pid);
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function ps(column: string, pid: number): string {
  return execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', `${pid}`]).toString();
}
