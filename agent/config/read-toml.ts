// The file, as far as TOML: there, readable, and well formed.
// Tested in test/agent/config/read-config.test.ts.
import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { describeSystemError, systemErrorCode } from '../../lib/failures/system-error.ts';
import { ConfigError } from './config-error.ts';

const MISSING_HINT =
  'Write one (an example is in docs/configuration.md), or name another with --config FILE or HOLDFAST_CONFIG.';

/** The parsed file. Throws ConfigError. */
export function readToml(file: string): unknown {
  const text = readText(file);
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // Only the first line: below it the parser quotes the file, which may hold a secret.
    const [firstLine = ''] = error.message.split('\n');
    throw new ConfigError('bad_toml', {
      file,
      faults: [
        {
          path: `${error.line}:${error.column}`,
          message: `not valid TOML: ${firstLine.replace('Invalid TOML document: ', '')}`,
        },
      ],
    });
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (systemErrorCode(cause) === 'ENOENT') {
      const faults = [{ path: '', message: 'there is no such configuration file' }];
      throw new ConfigError('missing_file', { file, faults, hint: MISSING_HINT });
    }
    const faults = [{ path: '', message: `cannot be read: ${describeSystemError(cause)}` }];
    throw new ConfigError('unreadable_file', { file, faults, cause });
  }
}
