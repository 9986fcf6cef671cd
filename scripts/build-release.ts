// Puts together the folder that scripts/install copies to a device: one JavaScript file, SQLite, Node itself.
import { chmodSync, copyFileSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleAgent } from './build-bundle.ts';
import { collectLicences } from './build-licences.ts';
import { ARCHITECTURES, type Architecture, findNode } from './build-node.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const USAGE = `Usage: scripts/build [--arch ${Object.keys(ARCHITECTURES).join('|')}] [--out DIR]

Builds what is installed on a device: a folder with the agent, Node and SQLite.

  --arch  the device's CPU; this machine's unless said
  --out   the folder; dist/holdfast-ARCH unless said
  --help  print this
`;

function isArchitecture(name: string): name is Architecture {
  return Object.hasOwn(ARCHITECTURES, name);
}

interface BuildOptions {
  readonly arch: Architecture;
  readonly out: string;
}

/** `null` where help is asked for. */
function readArguments(): BuildOptions | null {
  const { values } = parseArgs({
    options: { arch: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return null;
  const arch = values.arch ?? (process.arch === 'arm64' ? 'arm64' : 'amd64');
  if (!isArchitecture(arch)) throw new Error(`--arch: there is no build for ${arch}`);
  return { arch, out: path.resolve(values.out ?? path.join(ROOT, 'dist', `holdfast-${arch}`)) };
}

async function buildRelease({ arch, out }: BuildOptions): Promise<void> {
  // Made beside and renamed at the end: whoever sees the folder sees it whole.
  const staging = `${out}.partial`;
  rmSync(staging, { recursive: true, force: true });
  for (const folder of ['bin', 'lib', 'systemd']) mkdirSync(path.join(staging, folder), { recursive: true });
  const bundle = await bundleAgent(ROOT, path.join(staging, 'lib/holdfast.cjs'));
  const node = findNode(ROOT, arch);
  const put = (from: string, to: string, mode: number) => {
    copyFileSync(path.resolve(ROOT, from), path.join(staging, to));
    chmodSync(path.join(staging, to), mode);
  };
  put(node.binary, 'lib/node', 0o755);
  put(node.licence, 'lib/node.LICENSE', 0o644);
  const addon = `linux-${ARCHITECTURES[arch]}.node`;
  put(`node_modules/better-sqlite3/prebuilds/${addon}`, 'lib/better_sqlite3.node', 0o644);
  put('agent/bin/holdfast-release', 'bin/holdfast', 0o755);
  put('scripts/install', 'install', 0o755);
  put('LICENSE', 'LICENSE', 0o644);
  cpSync(path.join(ROOT, 'systemd'), path.join(staging, 'systemd'), { recursive: true });
  writeFileSync(path.join(staging, 'THIRD-PARTY-LICENSES'), collectLicences(ROOT, bundle.inputs));
  rmSync(out, { recursive: true, force: true });
  renameSync(staging, out);
}

try {
  const options = readArguments();
  if (options !== null) await buildRelease(options);
  process.stdout.write(options === null ? USAGE : `${options.out}\n`);
} catch (error) {
  process.stderr.write(`scripts/build: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exitCode = 2;
}
