// `holdfastctl.toml`: the brokers that a person works with, each under a name, called a context.
// Tested in test/fleet/ctl/settings/settings.test.ts.
import { homedir } from 'node:os';
import path from 'node:path';
import { parse, TomlError } from 'smol-toml';
import * as v from 'valibot';
import { readTextFile } from '../../../lib/document/read-file.ts';
import { UsageError } from '../../../lib/program/command-failure.ts';
import { parseWith } from '../../../protocol/faults.ts';
import { record, strictObject } from '../../../protocol/objects.ts';

const text = v.pipe(v.string('expected a text'), v.minLength(1, 'expected a text'));

const contextSchema = strictObject({
  broker: text,
  username: v.optional(text),
  password_file: v.optional(text),
  password_command: v.optional(text),
  ca_file: v.optional(text),
  cert_file: v.optional(text),
  key_file: v.optional(text),
  topic_prefix: v.optional(text),
});

const settingsSchema = strictObject({
  current: v.optional(text),
  contexts: v.optional(record(v.string(), contextSchema), {}),
});

export type ContextEntry = v.InferOutput<typeof contextSchema>;

export interface SettingsFile {
  readonly file: string;
  /** The context that counts where none is named. */
  readonly current: string | undefined;
  readonly contexts: Readonly<Record<string, ContextEntry>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const MAX_BYTES = 256 * 1024;

/** `HOLDFASTCTL_CONFIG`, else `holdfast/holdfastctl.toml` where the user's programs keep their settings (XDG). */
export function settingsPath({ HOLDFASTCTL_CONFIG, XDG_CONFIG_HOME, HOME }: Environment): string {
  if (HOLDFASTCTL_CONFIG) return HOLDFASTCTL_CONFIG;
  // By the XDG specification a path that is not absolute does not count.
  const isUsable = XDG_CONFIG_HOME !== undefined && path.isAbsolute(XDG_CONFIG_HOME);
  const folder = isUsable ? XDG_CONFIG_HOME : path.join(HOME ?? homedir(), '.config');
  return path.join(folder, 'holdfast', 'holdfastctl.toml');
}

/** `null` where there is no such file. Throws `UsageError`, which repeats nothing of the file. */
export function readSettingsFile(file: string, isThere: (file: string) => boolean): SettingsFile | null {
  if (!isThere(file)) return null;
  const read = readTextFile(file, MAX_BYTES);
  if (!read.ok) throw new UsageError(`${file} cannot be read: ${read.message}`);
  const parsed = parseWith(settingsSchema, parseToml(file, read.text));
  if (parsed.ok) return { file, current: parsed.value.current, contexts: parsed.value.contexts };
  const faults = parsed.faults.map((fault) => `${fault.path}: ${fault.message}`);
  const hint = faults.some((fault) => fault.includes('password'))
    ? 'a password has its place in a file of its own (password_file), or comes from a command (password_command)'
    : undefined;
  throw new UsageError(`${file}: ${faults.join('; ')}`, hint);
}

function parseToml(file: string, content: string): unknown {
  try {
    return parse(content);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line: below it the parser quotes the file.
    const [first = ''] = error.message.split('\n');
    throw new UsageError(
      `${file}:${error.line}:${error.column}: ${first.replace('Invalid TOML document: ', '')}`,
    );
  }
}
