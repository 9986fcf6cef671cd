// What a broker may have held back, said once and with the setting to raise.
// Tested in test/fleet/ctl/commands/status.test.ts.
import type { CutList } from './retained.ts';

/** One sentence for all filters; `null` where nothing was held back. */
export function explainCutLists(lists: readonly CutList[]): string | null {
  const [first] = lists;
  if (first === undefined) return null;
  const filters = lists.map(({ filter }) => filter).join(', ');
  const setting =
    first.count > 1000
      ? "Mosquitto's max_queued_messages"
      : "the broker's limit (match_retained_limit of ejabberd, retainer.delivery_rate of EMQX)";
  return `the list may be cut short: ${first.count} messages came for ${filters}, which is as many as brokers give at once; raise ${setting}, and ask again`;
}
