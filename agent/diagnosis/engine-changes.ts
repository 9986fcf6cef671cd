// Whether the engine has become another version while the agent ran: an upgrade of it may be what went before a failure.
import type { Facts } from '../findings/facts.ts';

export class EngineChanges {
  #version: string | null = null;
  #newest: Facts['engineChange'] = null;

  /** Takes in the version that it has now, `null` while it is not known; answers with the newest change. */
  note(version: string | null, now: Date): Facts['engineChange'] {
    const before = this.#version;
    this.#version = version ?? before;
    if (version !== null && before !== null && version !== before)
      this.#newest = { from: before, to: version, at: now.toISOString() };
    return this.#newest;
  }
}
