// Tested in test/agent/cli/apply-verb.test.ts.
import type { Applied } from '../../../protocol/operations/apply.ts';

/** With the references of the images that were loaded. */
export interface AppliedWithImages extends Applied {
  readonly loaded: readonly string[];
}

/** What became of a document from a file. It has only begun: the status says how it goes. */
export function renderApplied(applied: AppliedWithImages): string {
  const { deployment, revision, is_new: isNew, replaces, hides, loaded } = applied;
  const what = isNew
    ? `${deployment}: revision ${revision} is accepted${describeReplaced(replaces)}.`
    : `${deployment}: nothing changes; revision ${revision} asks the same already.`;
  const hidden =
    hides === null
      ? []
      : [`While it counts, that of ${hides} does not; a document that says "inherit" ends it.`];
  return [...loaded.map((image) => `Loaded ${image}`), what, ...hidden, 'See: holdfast status', ''].join(
    '\n',
  );
}

function describeReplaced(replaced: Applied['replaces']): string {
  if (replaced === null) return '';
  const whose = replaced.origin === 'fleet' ? 'of the fleet' : 'from a file';
  return `, after ${replaced.revision} ${whose}`;
}
