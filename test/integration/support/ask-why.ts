// `holdfast why` as a technician types it, on a phone's screen.
import { runCommand } from '../../../agent/cli/run.ts';
import { VERBS } from '../../../agent/cli/verbs.ts';
import type { Findings } from '../../../protocol/operations/why.ts';

export interface Asked {
  readonly exitCode: number;
  readonly answer: Findings;
  /** As it is shown with no terminal: what is one sentence is one line. */
  readonly lines: readonly string[];
  /** From the question to its answer. */
  readonly ms: number;
}

/** Asks once: what was planted has to be named by then. */
export async function askWhy(socket: string, name?: string): Promise<Asked> {
  const args = ['why', ...(name === undefined ? [] : [name]), '--socket', socket];
  const beganMs = performance.now();
  const shown = await run(args);
  const ms = performance.now() - beganMs;
  const { text } = await run([...args, '--json']);
  return { exitCode: shown.exitCode, answer: JSON.parse(text), lines: shown.text.split('\n'), ms };
}

/** The answer of any verb, as `--json` has it. */
export async function askJson<T>(args: readonly string[]): Promise<T> {
  return JSON.parse((await run([...args, '--json'])).text);
}

async function run(args: readonly string[]): Promise<{ exitCode: number; text: string }> {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const context = {
    environment: { socketPath: null, configPath: null },
    out: { write, columns: null, hasColour: false },
    err: { write },
    now: () => new Date(),
    signal: new AbortController().signal,
  };
  const exitCode = await runCommand(args, context, VERBS);
  return { exitCode, text };
}
