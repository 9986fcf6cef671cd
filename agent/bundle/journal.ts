// What the agent and systemd wrote of the service, for somebody elsewhere.
// Tested in test/agent/bundle/collect.test.ts.
import { runBriefly } from '../bystander/run-briefly.ts';
import { scrub } from './scrub.ts';

export const JOURNAL_LIMIT_MS = 5000;
const MAX_BYTES = 8 * 1024 ** 2;
const ARGS = ['-u', 'holdfast', '-n', '2000', '--no-pager', '-o', 'short-iso'];
/** Fields of the agent's lines that are words of its own; others may quote a service or an engine. */
const OWN_FIELDS = ['level', 'time', 'room', 'msg', 'deployment', 'service', 'revision', 'phase', 'code'];
const OF_SYSTEMD = /^\S+ \S+ systemd\[\d+\]: /;

/** The newest lines. `isReduced`: without what may hold secrets, as nobody knows which they are. */
export async function readJournal(isReduced: boolean): Promise<string> {
  const text = await runBriefly('journalctl', ARGS, { limitMs: JOURNAL_LIMIT_MS, maxBytes: MAX_BYTES });
  const lines = text.split('\n').map((line) => (isReduced ? reduce(line) : scrub(line)));
  return lines.join('\n');
}

function reduce(line: string): string {
  const at = line.indexOf('{');
  const fields = at < 0 ? null : parsed(line.slice(at));
  if (fields !== null)
    return (
      line.slice(0, at) +
      JSON.stringify(Object.fromEntries(fields.filter(([name]) => OWN_FIELDS.includes(name))))
    );
  return line === '' || OF_SYSTEMD.test(line) ? scrub(line) : '(left out: it may hold secrets)';
}

function parsed(json: string): [string, unknown][] | null {
  try {
    return Object.entries(JSON.parse(json));
  } catch {
    return null;
  }
}
