// Whether a registry lets the device in. The engine is asked to log in, as it pulls: by its own network, proxies and
// certificates. It keeps nothing of it.
// Tested in test/integration/agent/check.test.ts.
import type Docker from 'dockerode';
import { answerIn, unavailable } from './engine-error.ts';
import type { RegistryCredentials } from './pull.ts';

export interface LoginOptions {
  readonly credentials: RegistryCredentials;
  readonly signal: AbortSignal;
}

/** `null` when it does, else why not. Rejects with `EngineUnavailable` alone. */
export async function tryLogin(
  docker: Docker,
  host: string,
  { credentials, signal }: LoginOptions,
): Promise<string | null> {
  try {
    await docker.checkAuth({ ...credentials, serveraddress: host, abortSignal: signal });
    return null;
  } catch (error) {
    const answer = answerIn(error);
    if (answer === null) throw unavailable(error);
    return answer.message;
  }
}
