// Why the configuration cannot be used. Never carries a value from the file: it may hold a secret.
// Tested in test/agent/config/read-config.test.ts.
import type { Fault } from '../../protocol/faults.ts';

export type ConfigErrorCode = 'missing_file' | 'unreadable_file' | 'bad_toml' | 'bad_value';

interface Details {
  readonly file: string;
  readonly faults: readonly Fault[];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** `message` is whole and for people: a line for each fault, then the hint. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly file: string;
  /** For a TOML fault `path` is `LINE:COLUMN`. */
  readonly faults: readonly Fault[];
  readonly hint: string | null;

  constructor(code: ConfigErrorCode, { file, faults, hint, cause }: Details) {
    const lines = faults.map(({ path, message }) =>
      [file, path, message].filter((part) => part !== '').join(': '),
    );
    super([...lines, ...(hint === undefined ? [] : [hint])].join('\n'), { cause });
    this.code = code;
    this.file = file;
    this.faults = faults;
    this.hint = hint ?? null;
  }
}
