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
import { extract } from 'tar-stream';
import { ensurePrograms, type Need } from './apt.ts';
import type { BaseImage, DeviceArchitecture } from './base.ts';
import { run } from './exec.ts';
import { createLayer, type LayerEntry } from './oci-layer.ts';
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

async function unpackPackages(architecture: DeviceArchitecture): Promise<readonly LayerEntry[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'holdfast-rig-'));
  try {
    const tar = path.join(dir, 'root.tar');
    const args = ['--quiet', '--variant=extract', `--architectures=${architecture}`, `--include=${PACKAGES}`];
    await run({ program: 'mmdebstrap', args: [...args, SUITE, tar] });
    return await readTar(tar);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function readTar(file: string): Promise<readonly LayerEntry[]> {
  const entries: LayerEntry[] = [];
  for await (const entry of createReadStream(file).pipe(extract())) {
    const { name, type, mode, linkname } = entry.header;
    const content = await buffer(entry);
    const path = tidy(name);
    if (path === '' || (type !== 'file' && type !== 'directory' && type !== 'symlink' && type !== 'link'))
      continue;
    const target = type === 'link' ? tidy(linkname ?? '') : linkname;
    entries.push({
      path,
      type,
      ...(mode === undefined ? {} : { mode }),
      ...(type === 'file' ? { content } : {}),
      ...(target ? { target } : {}),
    });
  }
  return entries;
}

function madeByScripts(): readonly LayerEntry[] {
  const file = (path: string, text: string): LayerEntry => ({
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
      (name): LayerEntry => ({
        path: `usr/local/bin/${name}`,
        type: 'symlink',
        target: '/bin/busybox',
      }),
    ),
  ];
}

function tidy(name: string): string {
  return name
    .replace(/^\.?\/+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}
