import { agentVerb } from './agent-verb.ts';
import { retryVerb } from './retry-verb.ts';
import { statusVerb } from './status-verb.ts';
import type { Verb } from './verb.ts';

/** In the order of the help text. */
export const VERBS: readonly Verb[] = [agentVerb, statusVerb, retryVerb];
