// `holdfastctl remove NAME --to …`: asks that a deployment be absent. Volumes stay unless they are named.
import * as v from 'valibot';
import type { ExitCode } from '../failure.ts';
import type { Host } from '../host.ts';
import { readAddressee, readName, readRevision, waitSchema } from './options.ts';
import { publish } from './publish.ts';

export const removeSchema = v.object({
  ...waitSchema.entries,
  to: v.string(),
  revision: v.optional(v.string()),
  purge: v.optional(v.array(v.string()), []),
});

export async function remove(
  name: string,
  options: v.InferOutput<typeof removeSchema>,
  host: Host,
): Promise<ExitCode> {
  const to = readAddressee(options.to);
  const revision = readRevision(options.revision);
  const purge = options.purge.map((volume) => readName('--purge', volume));
  const content = {
    name: readName('the deployment', name),
    state: 'absent',
    ...(purge.length === 0 ? {} : { purge }),
  };
  return publish({ to, content, revision, options }, host);
}
