// A device that boots: systemd as process 1 of a container, with the rig's engine at hand inside.
import { execFile } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ensurePrograms } from '../../../scripts/rig/apt.ts';
import { cacheDir } from '../../../scripts/rig/cache.ts';
import { ensureEngine } from '../../../scripts/rig/engine.ts';
import { createProgress } from '../../../scripts/rig/progress.ts';
import { type Outcome, run } from './staging.ts';

const IMAGE = 'holdfast-rig/systemd:bookworm-1';

/** `--privileged` fails where the machine itself lacks a capability, so each is named. */
const CAPABILITIES =
  'SYS_ADMIN NET_ADMIN CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP SYS_PTRACE SYS_NICE IPC_LOCK SYS_TIME';

export interface Machine {
  /** Runs a shell command line inside. */
  sh(command: string): Promise<Outcome>;
  /** One property of holdfast.service, as `systemctl show` gives it. */
  show(property: string): Promise<string>;
  remove(): Promise<void>;
}

/** Boots one, with `build` at /build (read-only) and the engine's socket at /engine.sock. */
export async function bootMachine(build: string): Promise<Machine> {
  const progress = createProgress();
  const { socketPath } = await ensureEngine(progress);
  const docker = async (...args: readonly string[]) =>
    (await promisify(execFile)('docker', ['-H', `unix://${socketPath}`, ...args])).stdout.trim();
  await ensureImage(docker);
  const id = await docker(...runArguments(build, socketPath));
  const sh = (command: string) =>
    run('docker', ['-H', `unix://${socketPath}`, 'exec', id, 'sh', '-c', command]);
  const machine: Machine = {
    sh,
    show: async (property) => (await sh(`systemctl show -P ${property} holdfast`)).out.trim(),
    remove: async () => void (await docker('rm', '--force', '--volumes', id)),
  };
  // Degraded is good enough: a unit of Debian's may not like a container.
  const ready = 'systemctl is-system-running --wait | grep -qE "running|degraded"';
  try {
    await until(async () => (await sh(ready)).code === 0, 60_000);
  } catch (error) {
    await machine.remove();
    throw error;
  }
  return machine;
}

function runArguments(build: string, socketPath: string): string[] {
  return [
    ...['run', '--detach', '--cap-drop=ALL', '--security-opt=seccomp=unconfined', '--cgroupns=private'],
    ...CAPABILITIES.split(' ').map((capability) => `--cap-add=${capability}`),
    ...['/run', '/run/lock', '/tmp'].map((folder) => `--tmpfs=${folder}`),
    ...['--env=container=docker', `--volume=${build}:/build:ro`, `--volume=${socketPath}:/engine.sock`],
    ...[IMAGE, '/lib/systemd/systemd'],
  ];
}

async function ensureImage(docker: (...args: readonly string[]) => Promise<string>): Promise<void> {
  if ((await docker('images', '--quiet', IMAGE)) !== '') return;
  const progress = createProgress();
  await ensurePrograms([{ program: 'mmdebstrap', pkg: 'mmdebstrap' }], progress);
  const tar = path.join(cacheDir('systemd'), 'bookworm-1.tar');
  await progress.step('Building a root file system with systemd', async () => {
    if (existsSync(tar)) return;
    const include = '--include=systemd,systemd-sysv,dbus';
    const partial = `${tar}.${process.pid}.tar`;
    await promisify(execFile)('mmdebstrap', ['--quiet', '--variant=minbase', include, 'bookworm', partial]);
    renameSync(partial, tar);
  });
  await docker('import', tar, IMAGE);
}

/** Resolves once `check` is true; rejects when it is not within `limitMs`. */
export async function until(check: () => Promise<boolean>, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`not so after ${limitMs} ms: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
