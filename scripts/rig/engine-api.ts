/** The few requests that the rig itself makes of a Docker Engine; with no version, so any engine answers. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

const PING_TIMEOUT_MS = 2_000;

export function answersPing(socketPath: string): Promise<boolean> {
  return send(socketPath, 'GET', '/_ping', PING_TIMEOUT_MS).then(
    ({ status }) => status === 200,
    () => false,
  );
}

/** Every container of the engine, running or not, and the networks that this leaves unused. */
export async function removeAllContainers(socketPath: string): Promise<void> {
  const listed = await send(socketPath, 'GET', '/containers/json?all=1');
  // Sound: the Engine API gives every container of this list an `Id`.
  const containers: readonly { Id: string }[] = JSON.parse(listed.body);
  await Promise.all(containers.map(({ Id }) => send(socketPath, 'DELETE', `/containers/${Id}?force=1&v=1`)));
  await send(socketPath, 'POST', '/networks/prune');
}

/**
 * The host's address as containers see it, on Linux: a broker that listens there too can be reached from every
 * container, on whichever network it is.
 */
export async function findHostAddress(socketPath: string): Promise<string | undefined> {
  const { body } = await send(socketPath, 'GET', '/networks/bridge');
  // Sound: the Engine API's Network; `Gateway` is left out by some engines.
  const network: { IPAM?: { Config?: readonly { Gateway?: string }[] } } = JSON.parse(body);
  return network.IPAM?.Config?.find(({ Gateway }) => Gateway)?.Gateway;
}

function send(
  socketPath: string,
  method: string,
  path: string,
  timeoutMs = 30_000,
): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, timeout: timeoutMs }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer from ${socketPath}`)));
    asked.on('error', reject);
    asked.end();
  });
}
