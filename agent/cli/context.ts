// All that a verb has of the world, passed in so that tests own it.
import type { LoadOptions } from '../../lib/document/load-file.ts';
import type { CliEnvironment } from '../environment.ts';

/** What FILE is read from. */
export type CliFiles = Pick<LoadOptions, 'cwd' | 'variables' | 'readStdin'>;

export interface CliOutput {
  write(text: string): void;
  /** Width of the terminal; `null` when the output is none, and then nothing is wrapped or cut. */
  readonly columns: number | null;
  /** Its height; left out or `null` as above. */
  readonly rows?: number | null;
  readonly hasColour: boolean;
}

export interface CliContext {
  readonly environment: CliEnvironment;
  readonly out: CliOutput;
  readonly err: Pick<CliOutput, 'write'> & Partial<Pick<CliOutput, 'columns'>>;
  readonly now: () => Date;
  /** Left out: those of this process. */
  readonly files?: CliFiles;
  /** Aborts when the user or systemd asks the command to end. */
  readonly signal: AbortSignal;
}
