/** A Docker Engine of our own beside whatever else the machine runs: own data, socket, bridge and addresses. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Bridge, ensureBridge, removeBridge } from './bridge.ts';
import { runDir, shortHash } from './cache.ts';
import { type Daemon, endDaemon, findDaemon, startDaemon } from './daemon.ts';
import { answersPing, removeAllContainers } from './engine-api.ts';
import { asRoot, isRoot, run } from './exec.ts';

export interface PrivateEngineOptions {
  /** Holds the engine's data; may be a path of any length. */
  readonly dir: string;
  /** Containers go on while the engine is away. Off by default, as in a stock engine. */
  readonly liveRestore?: boolean;
  /** More arguments for dockerd. */
  readonly args?: readonly string[];
}

export class PrivateEngine {
  readonly socketPath: string;
  readonly #options: PrivateEngineOptions;
  readonly #runDir: string;
  readonly #slotFile: string;

  constructor(options: PrivateEngineOptions) {
    this.#options = { ...options, dir: path.resolve(options.dir) };
    this.#runDir = runDir(`engine-${shortHash(this.#options.dir)}`);
    this.#slotFile = path.join(this.#runDir, 'bridge');
    this.socketPath = path.join(this.#runDir, 'docker.sock');
  }

  isRunning(): boolean {
    return findDaemon(this.#daemon([])) !== undefined;
  }

  /** Starts it, or finds it started, and waits for its answer. */
  async start(): Promise<void> {
    mkdirSync(this.#options.dir, { recursive: true });
    if (!this.isRunning()) await this.#forgetContainerd();
    const bridge = await ensureBridge(this.#slotFile);
    await startDaemon(this.#daemon(this.#arguments(bridge)));
  }

  /** Ends it in order; it ends its containers first, unless it has live restore. The data stays. */
  async stop(): Promise<void> {
    await endDaemon(this.#daemon([]), 'SIGTERM');
  }

  /** Ends it at once, as a crash would: its containers go on and the next start finds them. */
  async kill(): Promise<void> {
    await endDaemon(this.#daemon([]), 'SIGKILL');
  }

  /** Stops it and takes its bridge away; the data stays. */
  async retire(): Promise<void> {
    await this.stop();
    await removeBridge(this.#slotFile);
  }

  /** Leaves nothing behind: containers, networks, mounts, bridge and data go. */
  async remove(): Promise<void> {
    // A killed engine left containers and bridges that only an engine can put away in order.
    await this.start();
    await removeAllContainers(this.socketPath);
    await this.retire();
    for (const mount of mountsBelow([this.#options.dir, this.#runDir])) {
      await run(asRoot({ program: 'umount', args: ['-l', mount] }));
    }
    await run(asRoot({ program: 'rm', args: ['-rf', this.#options.dir, this.#runDir] }));
  }

  #daemon(args: readonly string[]): Daemon {
    return {
      program: 'dockerd',
      args,
      pidFile: path.join(this.#runDir, 'docker.pid'),
      logFile: path.join(this.#runDir, 'docker.log'),
      mark: `--host=unix://${this.socketPath}`,
      needsRoot: true,
      writesPidFile: true,
      isReady: () => answersPing(this.socketPath),
    };
  }

  /**
   * The kernel kills dockerd's own containerd with it, but the pid file stays, and the next dockerd would wait for
   * the process that it names, which may stay a zombie for long.
   */
  async #forgetContainerd(): Promise<void> {
    const pidFile = path.join(this.#runDir, 'exec/containerd/containerd.pid');
    await run(asRoot({ program: 'rm', args: ['-f', pidFile] }));
  }

  #arguments(bridge: Bridge): readonly string[] {
    return [
      `--host=unix://${this.socketPath}`,
      `--data-root=${path.join(this.#options.dir, 'docker')}`,
      `--exec-root=${path.join(this.#runDir, 'exec')}`,
      `--pidfile=${path.join(this.#runDir, 'docker.pid')}`,
      `--bridge=${bridge.name}`,
      `--default-address-pool=base=${bridge.pool},size=26`,
      '--insecure-registry=127.0.0.0/8',
      '--shutdown-timeout=5',
      ...(isRoot() ? [] : [`--group=${process.getgid?.()}`]),
      ...(this.#options.liveRestore ? ['--live-restore'] : []),
      ...(this.#options.args ?? []),
    ];
  }
}

function mountsBelow(dirs: readonly string[]): readonly string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((mount) => dirs.some((dir) => mount === dir || mount.startsWith(`${dir}/`)))
    .reverse();
}
