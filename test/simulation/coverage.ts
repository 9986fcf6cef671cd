// Which faults struck in which step of a deployment, and which pairs no run has reached.
import { PHASE_TABLE } from '../../agent/model/phases.ts';
import { faultKinds } from './faults/kinds.ts';

/** How often each pair was reached, by `FAULT in STEP`. */
export type Coverage = Readonly<Record<string, number>>;

export function pairOf(kind: string, standing: string): string {
  return `${kind} in ${standing}`;
}

export function sumCounts(a: Coverage, b: Coverage): Coverage {
  const sum: Record<string, number> = { ...a };
  for (const [key, count] of Object.entries(b)) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

/** Pairs of a known fault and a known step that were never reached, in order. */
export function findGaps(coverage: Coverage): string[] {
  return [...faultKinds.keys()]
    .flatMap((kind) => Object.keys(PHASE_TABLE).map((standing) => pairOf(kind, standing)))
    .filter((pair) => coverage[pair] === undefined);
}
