// What a command needs of the process around it, passed in so that tests can stand in for it.
// Tested in test/fleet/ctl/commands/deploy.test.ts.

import type { FileText } from '../../../lib/compose/conversion.ts';
import { printable, printableJson } from '../../../protocol/values/text.ts';

/** Where text goes. `isTerminal` decides on redrawing, and nothing else does. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal, or `null` where it is none. */
  readonly columns: number | null;
  write(text: string): void;
}

/** Waits, but ends at once when the signal aborts, which is no failure of its own. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

export interface Context {
  readonly stdout: Output;
  readonly stderr: Output;
  /** All of standard input, unless it is longer. */
  readonly readStdin: (maxBytes: number) => FileText;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Wall-clock time, for documents. */
  readonly now: () => Date;
  /** Monotonic milliseconds, for everything that is waited for. */
  readonly monotonicMs: () => number;
  readonly pause: Pause;
}

/** Lines as any terminal shows them: much of what is told came over the wire. */
export function writeLine(output: Output, text: string): void {
  const lines = text.split('\n').map((line) => {
    const indent = line.length - line.trimStart().length;
    return `${' '.repeat(indent)}${printable(line)}`;
  });
  output.write(`${lines.join('\n')}\n`);
}

/** Notes go to stderr: a program that reads stdout never meets them. */
export function writeNote(context: Context, note: string): void {
  writeLine(context.stderr, `note: ${note}`);
}

export function writeJson(output: Output, value: unknown): void {
  output.write(`${printableJson(value, 2)}\n`);
}
