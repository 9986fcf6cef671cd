/** The shared registry where there is no Debian package of it: the official image, run by the machine's Docker. */
import { cacheDir } from './cache.ts';
import { pollUntil } from './daemon.ts';
import { RigError, run } from './exec.ts';

const CONTAINER = 'holdfast-rig-registry';
const READY_TIMEOUT_MS = 30_000;

/** Returns its host and port: those it was made with, or `port` when it is made now. */
export async function ensureRegistryContainer(port: number): Promise<string> {
  const isMade = await docker('container', 'inspect', CONTAINER).then(
    () => true,
    () => false,
  );
  if (isMade) await docker('start', CONTAINER);
  else {
    const volume = `${cacheDir('registry', 'data')}:/var/lib/registry`;
    const publish = `127.0.0.1:${port}:5000`;
    await docker('run', '-d', '--name', CONTAINER, '-p', publish, '-v', volume, 'registry:2');
  }
  const host = (await docker('port', CONTAINER, '5000/tcp')).trim();
  const isUp = () =>
    fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  if (!(await pollUntil(isUp, READY_TIMEOUT_MS))) {
    throw new RigError('The registry container does not answer', { hint: `See: docker logs ${CONTAINER}` });
  }
  return host;
}

export async function stopRegistryContainer(): Promise<void> {
  // Not there is as good as stopped.
  await docker('stop', CONTAINER).catch(() => {});
}

function docker(...args: string[]): Promise<string> {
  return run({ program: 'docker', args });
}
