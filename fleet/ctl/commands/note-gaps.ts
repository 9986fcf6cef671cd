// What is not known of the fleet, said as notes.
// Tested in test/fleet/ctl/commands/status.test.ts.

import type { FleetView } from '../../view/fleet-view.ts';
import { explainCutLists } from '../broker/cut-lists.ts';
import type { CutList } from '../broker/retained.ts';
import { type Context, writeNote } from '../context/context.ts';

export function noteGaps(
  { view, cut }: { readonly view: FleetView; readonly cut: readonly CutList[] },
  context: Context,
): void {
  for (const [topic, fault] of view.unreadable) writeNote(context, `${topic} cannot be read: ${fault}`);
  const missing = explainCutLists(cut);
  if (missing !== null) writeNote(context, missing);
}
