// The files that a command line names, with the notes on them told.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import type * as v from 'valibot';
import { failureOf } from '../../../lib/document/failure-of.ts';
import { type LoadedFile, loadFiles } from '../../../lib/document/load-file.ts';
import { type Context, writeNote } from '../context/context.ts';
import { type fileSchema, readName } from './options.ts';

/** One at least; later ones are merged over earlier ones. */
export type Files = readonly [string, ...string[]];

export function loadAsked(
  files: Files,
  { name, profile: profiles, envFile: envFiles }: v.InferOutput<typeof fileSchema>,
  context: Context,
): LoadedFile {
  const result = loadFiles(files, {
    ...{ cwd: context.cwd, variables: context.environment, readStdin: context.readStdin, profiles, envFiles },
    name: name === undefined ? undefined : readName('--name', name),
  });
  if (!result.ok) throw failureOf(result.failure);
  for (const note of result.loaded.notes) writeNote(context, note);
  return result.loaded;
}
