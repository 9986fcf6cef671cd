// `holdfastctl deploy FILE --to …`: a file becomes the next revision of a deployment.
import * as v from 'valibot';
import { loadFile } from '../document/load-file.ts';
import type { ExitCode } from '../failure.ts';
import { type Host, writeNote } from '../host.ts';
import {
  profilesSchema,
  publishSchema,
  readAddressees,
  readName,
  readPercent,
  readRevision,
} from './options.ts';
import { publish } from './publish.ts';

const text = v.optional(v.string());
export const deploySchema = v.object({
  ...publishSchema.entries,
  name: text,
  percent: text,
  profile: profilesSchema,
});

export async function deploy(
  file: string,
  options: v.InferOutput<typeof deploySchema>,
  host: Host,
): Promise<ExitCode> {
  const to = readAddressees(options.to);
  const revision = readRevision(options.revision);
  const percent = readPercent(options.percent);
  const name = options.name === undefined ? undefined : readName('--name', options.name);
  const { profile: profiles } = options;
  const loaded = loadFile(file, { cwd: host.cwd, variables: host.environment, name, profiles });
  for (const note of loaded.notes) writeNote(host, note);
  return publish({ to, content: loaded.content, revision, percent, mustExist: false, options }, host);
}
