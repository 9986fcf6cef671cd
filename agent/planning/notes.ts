// What else there is to know of a plan, in sentences with no capital and no full stop.
// Tested in test/agent/whole/plan.test.ts.
import { isInFolder } from '../../protocol/values/folder-path.ts';
import { sharedName } from '../model/resources.ts';
import type { Played } from './parts.ts';

export function notesOf(played: Played): string[] {
  const notes = [underWay(played), dataThatStays(played), notPlayedThrough(played)];
  return notes.filter((note) => note !== null);
}

function underWay({ facts: { desired }, record: { attempt } }: Played): string | null {
  if (attempt === null) return null;
  const { revision, stage, hash } = attempt;
  if (hash === desired.hash) return `revision ${revision} is being tried now (${stage})`;
  return `revision ${revision} is being tried now (${stage}); that ends with this document`;
}

/** What a removal leaves, as it names volumes and folders that go. */
function dataThatStays({ facts: { desired, observed } }: Played): string | null {
  const { document } = desired;
  if (document.state !== 'absent') return null;
  const volumes = [...observed.volumes.keys()].filter(
    (key) => sharedName(key) === null && !document.purge.includes(key),
  );
  const kept = volumes.map((volume) => `volume ${volume}`);
  const folder = document.purge.some(isInFolder) ? [] : ['what is in its folder'];
  return `these stay, as the document does not purge them: ${[...kept, ...folder].join(', ')}`;
}

function notPlayedThrough({ rehearsal }: Played): string | null {
  return rehearsal.isWhole ? null : 'this is the beginning: what follows could not be foreseen';
}
