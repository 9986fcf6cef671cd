// What the device and its systemd tell.
// Tested in test/agent/bundle/collect.test.ts.
import { readFile, statfs } from 'node:fs/promises';
import os from 'node:os';
import { VERSION } from '../../lib/program/version.ts';
import { lookAtUnit } from '../bystander/unit.ts';
import { JOURNAL_LIMIT_MS, readJournal } from './journal.ts';
import { asJson, LIMIT_MS, type Part } from './part.ts';

/** `directories`: those whose disks matter. `knowsSecrets`: whether the mask knows all. */
export function hostParts(directories: readonly string[], knowsSecrets: boolean): Part[] {
  return [
    { path: 'versions.json', limitMs: LIMIT_MS, gather: versions },
    { path: 'host.json', limitMs: LIMIT_MS, gather: () => host(directories) },
    { path: 'unit.json', limitMs: LIMIT_MS, gather: async () => asJson(await lookAtUnit(LIMIT_MS)) },
    { path: 'logs/agent.log', limitMs: JOURNAL_LIMIT_MS, gather: () => readJournal(!knowsSecrets) },
  ];
}

async function versions(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const system = /^PRETTY_NAME="?(.*?)"?$/m.exec(release)?.[1] ?? null;
  const { version: node, arch } = process;
  return asJson({ holdfast: VERSION, node, arch, kernel: os.release(), system });
}

async function host(directories: readonly string[]): Promise<string> {
  const disks = await Promise.all(directories.map(diskOf));
  return asJson({
    memory: { total_bytes: os.totalmem(), free_bytes: os.freemem() },
    ...{ load: os.loadavg(), uptime_seconds: Math.round(os.uptime()), processors: os.cpus().length, disks },
  });
}

async function diskOf(directory: string): Promise<object> {
  try {
    const { blocks, bavail, bsize, files, ffree } = await statfs(directory);
    return {
      ...{ directory, total_bytes: blocks * bsize, available_bytes: bavail * bsize },
      ...{ inodes: files, free_inodes: ffree },
    };
  } catch {
    return { directory, message: 'it is not there, or cannot be asked' };
  }
}
