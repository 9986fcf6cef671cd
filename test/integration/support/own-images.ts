// The service `hello` in a registry of the test's own, for this machine alone: an image that no engine has yet.
import { readFileSync } from 'node:fs';
import type { Credentials } from '../../../lib/oci/registry-auth.ts';
import { buildImage, type PushTarget } from '../../../scripts/rig/images.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Pushes it and answers with its reference; it greets from version `own`. */
export function pushOwnHello(registryHost: string, credentials?: Credentials): Promise<string> {
  const target = { registryHost, ...(credentials === undefined ? {} : { credentials }) };
  return pushHello(target, { tag: 'own', version: 'own' });
}

/** The same under any tag, which may have been another version's before. */
export async function pushHello(
  target: PushTarget,
  { tag, version }: { tag: string; version: string },
): Promise<string> {
  const source = readFileSync(new URL('../../../examples/hello/hello.py', import.meta.url));
  const recipe = {
    name: 'hello',
    tag,
    files: { 'hello.py': source, VERSION: `${version}\n` },
    cmd: ['python3', 'hello.py'],
    platforms: [`linux/${ARCHITECTURES[process.arch]}`],
  };
  return (await buildImage(recipe, target)).reference;
}
