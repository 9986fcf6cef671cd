// What is not known of the fleet, said as notes.
// Tested in test/fleet/ctl/commands/status.test.ts.

import type { FleetView } from '../../view/fleet-view.ts';
import { explainCutLists } from '../broker/cut-lists.ts';
import type { CutList } from '../broker/retained.ts';
import { type Host, writeNote } from '../host.ts';

export function noteGaps(
  { view, cut }: { readonly view: FleetView; readonly cut: readonly CutList[] },
  host: Host,
): void {
  for (const [topic, fault] of view.unreadable) writeNote(host, `${topic} cannot be read: ${fault}`);
  const missing = explainCutLists(cut);
  if (missing !== null) writeNote(host, missing);
}
