// Names to purge that the document to be removed does not have: most likely they are mistyped.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import type { ReadyContent } from '../../../lib/document/json-document.ts';
import type { Retained } from '../../document/plan-publication.ts';
import { type Context, writeNote } from '../context/context.ts';

/** A volume's name as it is written in a document; paths and shared volumes hold what no document lists. */
const OWN_VOLUME = /^[^./][^/]*$/;

/** A note and no fault: an earlier revision may have had it. */
export function notePurge(content: ReadyContent, retained: Retained, context: Context): void {
  const { purge } = content;
  if (!Array.isArray(purge) || retained === null || retained.state === 'absent') return;
  const { volumes } = retained;
  const known = typeof volumes === 'object' && volumes !== null ? Object.keys(volumes) : [];
  const unknown = purge.filter((name) => OWN_VOLUME.test(name) && !known.includes(name));
  if (unknown.length === 0) return;
  const names = unknown.map((name) => `"${name}"`).join(', ');
  writeNote(
    context,
    `--purge ${names}: no volume of revision ${retained.revision}; nothing is deleted unless an earlier revision had it`,
  );
}
