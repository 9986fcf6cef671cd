/** Real Mosquitto brokers on 127.0.0.1, each with its own configuration, for as long as a test or demo lasts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensurePrograms, type Need } from './apt.ts';
import { shortHash } from './cache.ts';
import { type Daemon, endDaemon, findDaemon, startDaemon } from './daemon.ts';
import { acceptsConnections, freePort } from './port.ts';
import { type Progress, quietProgress } from './progress.ts';

export interface MosquittoOptions {
  /** Configuration, log and, with `persistence true` in `extraConfig`, the store. */
  readonly dir: string;
  readonly port?: number;
  /** Lines added to the configuration; those after `listener` belong to that listener. */
  readonly extraConfig?: string;
  /** Further addresses of this host to listen on, such as the one that containers reach it by. */
  readonly alsoOn?: readonly string[];
  /** False leaves out the first listener and `allow_anonymous`, for a configuration that is all the caller's. */
  readonly openListener?: boolean;
}

export interface Mosquitto {
  /** `mqtt://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT: the kernel still accepts connections for it, and nobody answers. Resume it before `stop`. */
  pause(): void;
  resume(): void;
  /** Brings it back on the same port. */
  start(): Promise<void>;
}

export const mosquittoNeeds: readonly Need[] = [{ program: 'mosquitto', pkg: 'mosquitto' }];

export async function ensureMosquittoInstalled(progress: Progress = quietProgress): Promise<void> {
  await ensurePrograms(mosquittoNeeds, progress);
}

/** Resolves once it accepts connections. */
export async function startMosquitto(options: MosquittoOptions): Promise<Mosquitto> {
  await ensureMosquittoInstalled();
  const dir = path.resolve(options.dir);
  const port = options.port ?? (await freePort());
  mkdirSync(dir, { recursive: true });
  // Unique to this start, so that the pid file of one is never taken for another's.
  const config = path.join(dir, `mosquitto-${shortHash(`${dir}:${port}`)}.conf`);
  writeFileSync(config, configuration(options, port, dir));
  const daemon: Daemon = {
    program: 'mosquitto',
    args: ['-c', config],
    pidFile: path.join(dir, 'mosquitto.pid'),
    logFile: path.join(dir, 'mosquitto.log'),
    mark: config,
    isReady: () => acceptsConnections(port),
  };
  await startDaemon(daemon);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    logFile: daemon.logFile,
    stop: () => endDaemon(daemon, 'SIGTERM'),
    kill: () => endDaemon(daemon, 'SIGKILL'),
    pause: () => signal(daemon, 'SIGSTOP'),
    resume: () => signal(daemon, 'SIGCONT'),
    start: () => startDaemon(daemon),
  };
}

function signal(daemon: Daemon, name: 'SIGSTOP' | 'SIGCONT'): void {
  const pid = findDaemon(daemon);
  if (pid !== undefined) process.kill(pid, name);
}

function configuration(options: MosquittoOptions, port: number, dir: string): string {
  const { extraConfig, alsoOn = [], openListener = true } = options;
  const listeners = ['127.0.0.1', ...alsoOn].map((address) => `listener ${port} ${address}`);
  const lines = [
    // As root Mosquitto drops to its own user, who may not read a folder that a test made.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'log_dest stderr',
    'log_type all',
    `persistence_location ${dir}/`,
    ...(openListener ? [...listeners, 'allow_anonymous true'] : []),
    extraConfig ?? '',
  ];
  return `${lines.join('\n')}\n`;
}
