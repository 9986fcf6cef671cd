// Registries of the configuration: whether somebody answers there. Nothing is logged in to.
import { isIP } from 'node:net';
import { messageOf } from '../../lib/failures/system-error.ts';
import { exchange } from '../../lib/oci/registry-http.ts';
import { type CheckAnswer, type CheckRow, error, ok } from './check-row.ts';

export function registriesCheck(hosts: readonly string[]): CheckRow {
  return { name: 'registries', look: (_, signal) => Promise.all(hosts.map((host) => ask(host, signal))) };
}

async function ask(host: string, signal: AbortSignal): Promise<CheckAnswer> {
  const api = host === 'docker.io' ? 'registry-1.docker.io' : host;
  try {
    const response = await exchange(new URL(`${schemeOf(api)}://${api}/v2/`), { signal });
    await response.body?.cancel();
    return ok(`${host} answers (HTTP ${response.status})`);
  } catch (thrown) {
    return error(`${host} cannot be reached: ${messageOf(thrown)}`);
  }
}

/** The engine takes those of this machine without TLS. */
function schemeOf(host: string): 'http' | 'https' {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || (isIP(name) === 4 && name.startsWith('127.')) ? 'http' : 'https';
}
