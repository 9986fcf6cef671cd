/**
 * A Python root file system out of Debian's packages, for any architecture: the packages are unpacked and none
 * of their scripts run, so no program of a foreign architecture ever has to. What the scripts would have made
 * and Python needs is added by hand.
 */

import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createLayer } from '../../lib/oci/layer.ts';
import { readTar, type TarEntry } from '../../lib/oci/tar.ts';
import { ensurePrograms, type Need } from './apt.ts';
import type { BaseImage, DeviceArchitecture } from './base.ts';
import { run } from './exec.ts';
import type { Progress } from './progress.ts';

const needs: readonly Need[] = [{ program: 'mmdebstrap', pkg: 'mmdebstrap' }];

const SUITE = 'bookworm';
const PACKAGES = 'python3-minimal,python3-paho-mqtt,dash,busybox';
const APPLETS = ['cat', 'env', 'false', 'id', 'kill', 'ls', 'ps', 'rm', 'sleep', 'touch', 'true'];
const DROPPED =
  /^usr\/share\/(doc|man|locale|info|lintian|bash-completion|pixmaps|applications|perl5|initramfs-tools)\//;

export async function buildDebianBase(
  architecture: DeviceArchitecture,
  progress: Progress,
): Promise<BaseImage> {
  await ensurePrograms(needs, progress);
  return progress.step(`Building the Python base image for ${architecture}`, async () => {
    const unpacked = await unpackPackages(architecture);
    const layer = await createLayer([
      ...unpacked.filter(({ path }) => !DROPPED.test(path)),
      ...madeByScripts(),
    ]);
    return {
      platform: { os: 'linux', architecture },
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      layers: [layer],
    };
  });
}

async function unpackPackages(architecture: DeviceArchitecture): Promise<readonly TarEntry[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'holdfast-rig-'));
  try {
    const tar = path.join(dir, 'root.tar');
    const args = ['--quiet', '--variant=extract', `--architectures=${architecture}`, `--include=${PACKAGES}`];
    await run({ program: 'mmdebstrap', args: [...args, SUITE, tar] });
    return await entriesIn(tar);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function entriesIn(file: string): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = [];
  for await (const { content, ...entry } of readTar(createReadStream(file)))
    entries.push(entry.type === 'file' ? { ...entry, content: await buffer(content) } : entry);
  return entries;
}

function madeByScripts(): readonly TarEntry[] {
  const file = (path: string, text: string): TarEntry => ({
    path,
    type: 'file',
    content: Buffer.from(text),
  });
  return [
    file(
      'etc/passwd',
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
    ),
    file('etc/group', 'root:x:0:\nnogroup:x:65534:\n'),
    { path: 'tmp', type: 'directory', mode: 0o1777 },
    { path: 'root', type: 'directory', mode: 0o700 },
    { path: 'usr/local/bin/python', type: 'symlink', target: '/usr/bin/python3' },
    ...APPLETS.map(
      (name): TarEntry => ({
        path: `usr/local/bin/${name}`,
        type: 'symlink',
        target: '/bin/busybox',
      }),
    ),
  ];
}
