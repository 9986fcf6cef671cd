// Registries of the configuration: whether each lets the device in, as the engine finds when it is asked to log in.
import { EngineUnavailable } from '../ports/engine.ts';
import { type CheckAnswer, type CheckRow, error, ok, unknown } from './check-row.ts';

/** Why a registry does not let the device in, else `null`. Rejects with `EngineUnavailable` alone. */
export type TryLogin = (host: string, signal: AbortSignal) => Promise<string | null>;

export function registriesCheck(hosts: readonly string[], tryLogin: TryLogin): CheckRow {
  return {
    name: 'registries',
    look: (_, signal) => Promise.all(hosts.map((host) => ask(host, tryLogin, signal))),
  };
}

async function ask(host: string, tryLogin: TryLogin, signal: AbortSignal): Promise<CheckAnswer> {
  try {
    const refusal = await tryLogin(host, signal);
    if (refusal === null) return ok(`${host} lets the device in`);
    return error(`${host} does not let the device in: ${refusal}; see [registries."${host}"]`);
  } catch (thrown) {
    if (!(thrown instanceof EngineUnavailable)) throw thrown;
    return unknown(`${host} was not asked, as the engine is away`);
  }
}
