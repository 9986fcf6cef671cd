// Whether the engine has become another version, while the agent ran or did not: an upgrade of it may be what went before a failure.
import type { Facts } from '../findings/facts.ts';

export class EngineChanges {
  #version: string | null;
  #newest: Facts['engineChange'];

  /** With what was known at the end of the agent's last run: an upgrade may have come between. */
  constructor(version: string | null = null, newest: Facts['engineChange'] = null) {
    this.#version = version;
    this.#newest = newest;
  }

  /** Takes in the version that it has now, `null` while it is not known; answers with the newest change. */
  note(version: string | null, now: Date): Facts['engineChange'] {
    const before = this.#version;
    this.#version = version ?? before;
    if (version !== null && before !== null && version !== before)
      this.#newest = { from: before, to: version, at: now.toISOString() };
    return this.#newest;
  }
}
