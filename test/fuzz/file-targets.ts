// Files that people write: a Compose file, a ready document, the configuration. Each is read, or refused in words.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ConfigError } from '../../agent/config/config-error.ts';
import { readConfig } from '../../agent/config/read-config.ts';
import { runHoldfastctl } from '../fleet/support/run-holdfastctl.ts';
import { goodDocument } from './documents.ts';
import { mutatedBytes, mutatedJson, mutatedText } from './mutations.ts';
import { must, mustBeClean, type Subject, type Target, target } from './target.ts';

const TMP = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const MAX_OUTPUT = 4 * 1024 * 1024;

const composeFiles = ['everything', 'faulty', 'hello'].map((name) =>
  readFileSync(new URL(`../fixtures/compose/${name}.yaml`, import.meta.url), 'utf8'),
);
const YAML_PIECES = [
  ...[
    '&a ',
    '*a',
    '<<: *common\n',
    '? ',
    '- ',
    ': ',
    '\n',
    '\n  ',
    '\t',
    '---\n',
    '...\n',
    '|\n',
    '>-\n',
    '!!binary ',
    '!!set ',
  ],
  ...[
    '{',
    '[',
    '[[[[',
    '"',
    "'",
    '%YAML 9.9\n',
    '${',
    '${A:-${B:?',
    '${A',
    '$$',
    '}}',
    '#',
    '@',
    '`',
    '0o777',
    '.inf',
    '~',
  ],
  ...[
    '['.repeat(3000),
    '{a: '.repeat(3000),
    '- '.repeat(3000),
    'a: &x [*x, *x, *x]\n',
    '__proto__: {polluted: true}\n',
  ],
];

const configFile = readFileSync(new URL('../../systemd/holdfast.toml', import.meta.url), 'utf8');
/** Every key in use, and as it ships. */
const configFiles = [configFile, configFile.replaceAll(/^#(?=[a-z_[])/gm, '')];
const TOML_PIECES = [
  ...[
    '[',
    ']',
    '[[',
    '=',
    '"',
    '"""',
    "'",
    '.',
    '{',
    '}',
    ',',
    '\n',
    '\r',
    '#',
    '\0',
    'a.b.c = 1\n',
    '[a.b.c]\n',
    '-',
  ],
  ...[
    'inf',
    'nan',
    '1979-05-27T07:32:00Z',
    '0x',
    '[__proto__]\npolluted = true\n',
    `x = ${'['.repeat(3000)}`,
  ],
];

export const fileTargets: readonly Target[] = [
  target({
    name: 'compose',
    share: 0.1,
    inputs: mutatedBytes(mutatedText(fc.constantFrom(...composeFiles), YAML_PIECES)),
    open: () => openValidate('compose.yaml'),
  }),
  target({
    name: 'document file',
    share: 0.05,
    inputs: mutatedBytes(mutatedJson(goodDocument)),
    open: () => openValidate('document.json'),
  }),
  target({
    name: 'config',
    share: 0.1,
    inputs: mutatedBytes(mutatedText(fc.constantFrom(...configFiles), TOML_PIECES)),
    open: openConfig,
  }),
];

/** `holdfastctl validate`: 0, or 2 with what is wrong. */
function openValidate(name: string): Subject<Uint8Array> {
  const cwd = mkdtempSync(join(TMP, 'holdfast-fuzz-'));
  return {
    async feed(bytes) {
      writeFileSync(join(cwd, name), bytes);
      const { code, stdout, stderr } = await runHoldfastctl(['validate', name], { cwd });
      must(code === 0 || code === 2, `exit code ${code}`);
      must(
        code === 0 || stderr.startsWith('error: ') || stderr.includes('\nerror: '),
        `refused with ${stderr}`,
      );
      must(!/\n {4}at /.test(stdout + stderr), `a stack: ${stderr}`);
      must(stdout.length + stderr.length < MAX_OUTPUT, 'too many words');
      mustBeClean();
    },
    close: () => rmSync(cwd, { recursive: true }),
  };
}

function openConfig(): Subject<Uint8Array> {
  const folder = mkdtempSync(join(TMP, 'holdfast-fuzz-'));
  const file = join(folder, 'holdfast.toml');
  return {
    feed(bytes) {
      writeFileSync(file, bytes);
      try {
        readConfig({ argvConfigPath: file, env: {}, hostName: 'edge-01' });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        must(error.message !== '' && !error.message.includes('\n    at '), 'refused without words');
      }
      mustBeClean();
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
