// A failure, said to people.
// Tested in test/agent/cli/run.test.ts.
import { wrap } from '../../lib/render/wrap.ts';
import type { CliContext } from './context.ts';

/** What has several lines stays so, as a configuration has one for each of its faults. */
export function complain(
  err: CliContext['err'],
  { message, hint }: { readonly message: string; readonly hint?: string | undefined },
): void {
  const sentences = [...message.split('\n'), ...(hint === undefined ? [] : [`Hint: ${hint}`])];
  const lines = sentences.flatMap((sentence) => wrap(sentence, 0, err.columns ?? null));
  err.write(lines.map((line) => `${line}\n`).join(''));
}
