// What a service is: one that runs for ever, or one that runs once and is then done. Told apart here alone.
import type { Restart } from './desired-service.ts';

export type Lifecycle =
  /** An exit with 0 is no end of it. */
  | { readonly kind: 'forever'; readonly maxRetries: number | null }
  /** An exit with 0 is the end of its work. */
  | { readonly kind: 'once'; readonly maxRetries: number | null };

/** What an exit means: the engine starts it again, it stays down, or it has done its work. */
export type AfterExit = 'restart' | 'stay' | 'completed';

/**
 * | restart | `isJob` | lifecycle |
 * |---|---|---|
 * | always | either | for ever |
 * | on failure | no | for ever: an orderly stop of the engine ends a server with 0 too |
 * | on failure | yes | once |
 * | never | either | once, with no second try |
 */
export function lifecycleOf(restart: Restart, isJob: boolean): Lifecycle {
  switch (restart.kind) {
    case 'always':
      return { kind: 'forever', maxRetries: null };
    case 'on_failure':
      return { kind: isJob ? 'once' : 'forever', maxRetries: restart.maxRetries };
    case 'never':
      return { kind: 'once', maxRetries: 0 };
  }
}

/** `engineRestarts`: how often the engine has started it again by now. */
export function afterExit(
  { kind, maxRetries }: Lifecycle,
  exitCode: number | null,
  engineRestarts: number,
): AfterExit {
  if (exitCode === 0) return kind === 'once' ? 'completed' : 'restart';
  return maxRetries !== null && engineRestarts >= maxRetries ? 'stay' : 'restart';
}

/** Whether one failure is one too many. */
export function hasOneChance({ maxRetries }: Lifecycle): boolean {
  return maxRetries === 0;
}
