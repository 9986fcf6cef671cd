// The same question again and again, until the user ends it.
// Tested in test/agent/cli/run.test.ts.
import { CommandFailure, failureJson } from '../../lib/program/command-failure.ts';
import { EXIT } from '../../lib/program/exit-codes.ts';
import { systemClock } from '../../lib/time/system-clock.ts';
import { printableJson } from '../../protocol/values/text.ts';
import type { CliContext } from './context.ts';

/** An answer, and how it is shown. */
export interface Look {
  readonly body: unknown;
  readonly text: string;
  readonly exitCode: number;
}

export interface WatchOptions extends Pick<CliContext, 'out' | 'signal'> {
  /** One line for each answer, instead of text. */
  readonly isJson: boolean;
}

const EVERY_MS = 2000;
/** To the top left, and all below cleared: unlike a cleared screen it does not flicker. */
const HOME = '\u001b[H';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_TO_END = '\u001b[K';

/**
 * On a terminal each answer takes the place of the one before; else it is printed below. An agent that goes away may come
 * back, and is asked on. Resolves with the exit code of the last answer once `signal` aborts.
 */
export async function watch(look: () => Promise<Look>, options: WatchOptions): Promise<number> {
  const { out, signal, isJson } = options;
  let exitCode: number = EXIT.unreachable;
  if (out.columns !== null && !isJson) out.write(`${HOME}${CLEAR_BELOW}`);
  while (!signal.aborted) {
    const shown = await look().catch((error: unknown) => (signal.aborted ? null : toLook(error)));
    if (shown === null) break;
    exitCode = shown.exitCode;
    out.write(isJson ? `${printableJson(shown.body)}\n` : draw(shown.text, out));
    await systemClock.sleep(EVERY_MS, signal);
  }
  return exitCode;
}

function draw(text: string, { columns, rows = null }: Pick<WatchOptions['out'], 'columns' | 'rows'>): string {
  if (columns === null) return `${text}\n`;
  return `${HOME}${cutLines(text, rows).replaceAll('\n', `${CLEAR_TO_END}\n`)}${CLEAR_BELOW}`;
}

/** What is longer than the screen would push its beginning out of it. The last row is the cursor's. */
function cutLines(text: string, rows: number | null): string {
  const lines = text.trimEnd().split('\n');
  if (rows === null || lines.length < rows) return text;
  const kept = lines.slice(0, Math.max(1, rows - 2));
  return `${kept.join('\n')}\n… ${lines.length - kept.length} more lines\n`;
}

/** Usage and what the agent refuses do not change by themselves; that it cannot be reached may. */
function toLook(error: unknown): Look {
  if (!(error instanceof CommandFailure) || error.exitCode !== EXIT.unreachable) throw error;
  const hint = error.hint === undefined ? '' : `Hint: ${error.hint}\n`;
  return { body: failureJson(error), text: `${error.message}\n${hint}`, exitCode: error.exitCode };
}
