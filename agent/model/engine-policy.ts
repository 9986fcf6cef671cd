// Restart policies in the engine's own terms: the one place that says what the agent's become there.
import type { Restart } from './desired-service.ts';

export interface EnginePolicy {
  readonly name: string;
  /** 0 for as often as it takes, as the engine has it. */
  readonly maxRetries: number;
}

/**
 * `always` is the engine's `unless-stopped`: with its own `always` a restarted engine would start a container that an
 * update stopped and keeps for its rollback, and two instances would run.
 */
export function enginePolicy(restart: Restart): EnginePolicy {
  switch (restart.kind) {
    case 'always':
      return { name: 'unless-stopped', maxRetries: 0 };
    case 'never':
      return { name: 'no', maxRetries: 0 };
    case 'on_failure':
      return { name: 'on-failure', maxRetries: restart.maxRetries ?? 0 };
  }
}

/** In one text, as `MutableSettings.restartPolicy` has it: `on-failure:3`. */
export function policyText({ name, maxRetries }: EnginePolicy): string {
  return maxRetries === 0 ? name : `${name}:${maxRetries}`;
}
