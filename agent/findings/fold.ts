// Root causes: what follows from another finding is told under it.
// Tested in test/agent/findings/find.test.ts.
import type { Candidate } from './candidate.ts';
import type { Facts } from './facts.ts';

export interface Folded {
  /** Those that follow from none. */
  readonly roots: readonly Candidate[];
  /** All that follow from a root, through however many others, by its id. */
  readonly under: ReadonlyMap<string, readonly Candidate[]>;
}

/** Each consequence goes to one root. Where two would cause each other, the one that stands first is the cause. */
export function foldConsequences(candidates: readonly Candidate[], facts: Facts): Folded {
  const causes = new Map<Candidate, Candidate>();
  for (const other of candidates) {
    const cause = candidates.find(
      (one) => one !== other && !leadsTo(causes, one, other) && one.row.causes?.(one, other, facts) === true,
    );
    if (cause !== undefined) causes.set(other, cause);
  }
  const under = Map.groupBy(causes.keys(), (one) => rootOf(causes, one).id);
  return { roots: candidates.filter((one) => !causes.has(one)), under };
}

/** Whether `to` is what `from` follows from already. */
function leadsTo(causes: ReadonlyMap<Candidate, Candidate>, from: Candidate, to: Candidate): boolean {
  for (let at: Candidate | undefined = from; at !== undefined; at = causes.get(at))
    if (at === to) return true;
  return false;
}

function rootOf(causes: ReadonlyMap<Candidate, Candidate>, from: Candidate): Candidate {
  const cause = causes.get(from);
  return cause === undefined ? from : rootOf(causes, cause);
}
