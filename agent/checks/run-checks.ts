// Runs a table of checks at once, each within its time, whatever one of them does.
import { describeSystemError } from '../../lib/failures/system-error.ts';
import type { Clock } from '../../lib/time/clock.ts';
import { cutText, printable } from '../../protocol/values/text.ts';
import type { Checked, Checks, KnownForChecks } from '../ports/checks.ts';
import { type CheckAnswer, type CheckRow, unknown } from './check-row.ts';

const LIMIT_MS = 2000;
const MAX_ANSWERS = 20;
const MAX_TEXT = 300;

export function checksOf(rows: readonly CheckRow[], clock: Clock): Checks {
  return {
    run: async (known, signal) => {
      const all = await Promise.all(rows.map((row) => runOne(row, known, { clock, signal })));
      return all.flat();
    },
  };
}

interface Time {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function runOne(row: CheckRow, known: KnownForChecks, { clock, signal }: Time): Promise<Checked[]> {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end);
  const late = clock.sleep(LIMIT_MS, over.signal).then(() => [unknown(`no answer in ${LIMIT_MS / 1000} s`)]);
  try {
    const answers = await Promise.race([lookSafely(row, known, over.signal), late]);
    return answers.slice(0, MAX_ANSWERS).map((answer) => toChecked(row, answer));
  } finally {
    end();
    signal.removeEventListener('abort', end);
  }
}

async function lookSafely(
  row: CheckRow,
  known: KnownForChecks,
  signal: AbortSignal,
): Promise<readonly CheckAnswer[]> {
  try {
    return await row.look(known, signal);
  } catch (thrown) {
    return [unknown(describeSystemError(thrown))];
  }
}

function toChecked({ name }: CheckRow, { result, text }: CheckAnswer): Checked {
  return { name, result, text: cutText(printable(text), MAX_TEXT) };
}
