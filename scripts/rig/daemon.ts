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

/** The id of the running daemon, or undefined. */
export function findDaemon({ pidFile, mark }: Pick<Daemon, 'pidFile' | 'mark'>): number | undefined {
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  return pid > 1 && commandLine(pid).includes(mark) ? pid : undefined;
}

/** Starts it, unless it runs, and waits until it is ready. */
export async function startDaemon(daemon: Daemon): Promise<void> {
  const pid = findDaemon(daemon) ?? launch(daemon);
  const isUp = await pollUntil(
    async () => commandLine(pid) === '' || (await daemon.isReady()),
    READY_TIMEOUT_MS,
  );
  if (!isUp || commandLine(pid) === '') {
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
    const hasEnded = async () => !commandLine(pid).includes(daemon.mark);
    await send(daemon, pid, signal);
    if (!(await pollUntil(hasEnded, graceMs))) {
      await send(daemon, pid, 'SIGKILL');
      await pollUntil(hasEnded, graceMs);
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

/** Empty when there is no such process, or only a zombie that its parent has not collected yet. */
function commandLine(pid: number): string {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-ww', '-o', 'args=', '-p', `${pid}`]).toString();
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
