// One archive for whoever is asked for help.
import path from 'node:path';
import { describeSystemError, systemErrorCode } from '../../lib/failures/system-error.ts';
import { CommandFailure, UsageError } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { wrap } from '../../lib/render/wrap.ts';
import { OPERATIONS } from '../../protocol/operations/operations.ts';
import { formatRequest } from '../../protocol/operations/route.ts';
import { printableJson } from '../../protocol/values/text.ts';
import type { Manifest } from '../bundle/write-bundle.ts';
import { defaultConfigPath, findSocketPath } from './config-path.ts';
import type { CliContext } from './context.ts';
import { askAgent } from './local-client.ts';
import { OPTIONS } from './operation-verb.ts';
import type { Typed, Verb } from './verb.ts';

/** Of what the agent is asked for, by the file of its answer. */
const ASKED = {
  'status.json': OPERATIONS.status,
  'findings.json': OPERATIONS.why,
  'check.json': OPERATIONS.check,
} as const;

export const bundleVerb: Verb = {
  name: 'bundle',
  summary: 'write one archive for support, with no secret in it; works with a dead agent too',
  positionals: [],
  options: [
    { name: 'out', value: 'FILE', summary: 'the archive to write, such as bundle.tar.gz' },
    { name: 'force', summary: 'write over a file that is there' },
    ...OPTIONS.map((option) =>
      option.name === 'json' ? { name: 'json', summary: 'print what it holds as JSON' } : option,
    ),
  ],

  async run(typed, context) {
    const { out } = typed.values;
    if (out === undefined || out === '') throw new UsageError('Say where to write it: --out FILE.');
    const file = path.resolve(out);
    const manifest = await write(file, typed, context);
    context.out.write(
      typed.flags.has('json')
        ? `${printableJson({ file, ...manifest }, 2)}\n`
        : describe(file, manifest, context.out.columns),
    );
    return EXIT.good;
  },
};

async function write(file: string, typed: Typed, context: CliContext): Promise<Manifest> {
  // Loaded here and not above: the other verbs stay quick without the engine and the store.
  const { collectBundle } = await import('../bundle/collect.ts');
  const { manifestOf, writeBundle } = await import('../bundle/write-bundle.ts');
  const bundle = await collectBundle(sourcesOf(typed, context));
  const manifest = manifestOf(bundle, context.now());
  try {
    await writeBundle(bundle, manifest, { file, force: typed.flags.has('force') });
    return manifest;
  } catch (cause) {
    throw notWritten(file, cause);
  }
}

function sourcesOf({ values }: Typed, { environment, signal }: CliContext) {
  const { socket, config } = values;
  const socketPath = findSocketPath({ socket, config }, environment);
  const asked = Object.entries(ASKED).map(([name, { askedBy }]) => [
    name,
    () => askAgent({ socketPath, signal }, formatRequest(askedBy.socket, {})),
  ]);
  return { configPath: config ?? defaultConfigPath(environment), agent: Object.fromEntries(asked) };
}

function notWritten(file: string, cause: unknown): CommandFailure {
  const isThere = systemErrorCode(cause) === 'EEXIST';
  const message = `${file} is not written: ${isThere ? 'there is a file already' : describeSystemError(cause)}.`;
  const hint = isThere ? 'Name another file, or write over it with --force.' : undefined;
  return new CommandFailure({ code: 'bundle_not_written', exitCode: EXIT.badNews, message, hint, cause });
}

function describe(file: string, { files, missing }: Manifest, columns: number | null): string {
  const lines = [
    `${file}: ${files.length} files, with secrets masked. MANIFEST.json in it lists them.`,
    ...missing.map(({ what, why }) => `missing: ${what}: ${why}`),
  ];
  return lines.flatMap((line) => wrap(line, 0, columns).map((part) => `${part}\n`)).join('');
}
