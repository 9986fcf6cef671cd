// What a command needs of the process around it, passed in so that tests can stand in for it.

/** Where text goes. `isTerminal` decides on redrawing, and nothing else does. */
export interface Output {
  readonly isTerminal: boolean;
  /** Width of the terminal, or `null` where it is none. */
  readonly columns: number | null;
  write(text: string): void;
}

export interface Host {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Wall-clock time, for documents. */
  readonly now: () => Date;
  /** Monotonic milliseconds, for everything that is waited for. */
  readonly monotonicMs: () => number;
}

export function writeLine(output: Output, line: string): void {
  output.write(`${line}\n`);
}

/** Notes go to stderr: a program that reads stdout never meets them. */
export function writeNote(host: Host, note: string): void {
  writeLine(host.stderr, `note: ${note}`);
}

export function writeJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value, null, 2)}\n`);
}
