// An image with one empty file, for a processor of choice, in the archive that `docker save` makes.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';

export async function loadImage(docker: Docker, tag: string, architecture: string): Promise<void> {
  const layer = await tarOf({ empty: '' });
  const diffId = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
  const config = { architecture, os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: [diffId] } };
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }];
  const archive = await tarOf({
    'layer.tar': layer,
    'config.json': JSON.stringify(config),
    'manifest.json': JSON.stringify(manifest),
  });
  const answer = await docker.loadImage(Readable.from([archive]), {});
  const text = (await buffer(answer)).toString();
  if (!text.includes('Loaded image')) throw new Error(text);
}

function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return buffer(tar);
}
