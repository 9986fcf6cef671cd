// `holdfastctl remove NAME --to …`: asks that a deployment be absent, or that a device's own document end. Volumes and
// the folder stay unless they are named.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import * as v from 'valibot';
import { UsageError } from '../../../lib/program/command-failure.ts';
import type { ExitCode } from '../../../lib/program/exit-codes.ts';
import type { Context } from '../context/context.ts';
import { publishSchema, readAddressees, readName, readPurged, readRevision } from './options.ts';
import { publish } from './publish.ts';

export const removeSchema = v.object({
  ...publishSchema.entries,
  purge: v.optional(v.array(v.string()), []),
  inherit: v.optional(v.boolean(), false),
});
type RemoveOptions = v.InferOutput<typeof removeSchema>;

export async function remove(name: string, options: RemoveOptions, context: Context): Promise<ExitCode> {
  const to = readAddressees(options.to);
  const revision = readRevision(options.revision);
  if (options.inherit && options.purge.length > 0)
    throw new UsageError(
      '--inherit and --purge do not go together: what a group asks for keeps its volumes and its folder',
    );
  const content = { name: readName('the deployment', name), ...removalOf(options) };
  return publish({ to, content, revision, mustExist: true, options }, context);
}

function removalOf({ inherit, purge }: RemoveOptions): { readonly state: string; readonly purge?: string[] } {
  if (inherit) return { state: 'inherit' };
  const purged = purge.map(readPurged);
  return { state: 'absent', ...(purged.length === 0 ? {} : { purge: purged }) };
}
