// Tested in test/fleet/ctl/commands/validate.test.ts.
import { DEPLOYMENT_SCHEMA } from '../../protocol/deployment/deployment.ts';
import type { ReadyContent } from './json-document.ts';

/**
 * The content as a document. What is put on when it is deployed is left out where the file does not fix it: a revision, a
 * time, a roll-out's salt.
 */
export function documentOf(content: ReadyContent): Record<string, unknown> {
  const { name, state = 'present', ...rest } = content;
  return { schema: DEPLOYMENT_SCHEMA, name, state, ...rest };
}
