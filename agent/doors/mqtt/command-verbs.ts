// The verbs that this agent carries out, and how it reads their arguments.
import { NAME_PATTERN } from '../../../protocol/values/names.ts';
import type { Verb } from './command-intake.ts';

export interface CommandTargets {
  readonly reportAll: () => void;
  /** `false` when there is no such deployment. */
  readonly retry: (deployment: string) => boolean;
}

export function commandVerbs({ reportAll, retry }: CommandTargets): { report: Verb; retry: Verb } {
  return {
    report: () => {
      reportAll();
      return { status: 'succeeded' };
    },
    retry: ({ deployment }) => {
      // What is no name is not repeated in the answer: it may be as long as the command.
      if (typeof deployment !== 'string' || !NAME_PATTERN.test(deployment))
        return { status: 'refused', code: 'invalid', message: 'args.deployment: a name' };
      if (retry(deployment)) return { status: 'accepted' };
      return {
        status: 'refused',
        code: 'no_such_deployment',
        message: `there is no deployment "${deployment}"`,
      };
    },
  };
}
