// From facts to findings: what is wrong, what it comes from, and what follows from it. Data in, data out.
import {
  type Finding,
  type Fix,
  MAX_FINDING_LINES,
  MAX_FINDING_TEXT,
  SEVERITIES,
} from '../../protocol/reports/finding.ts';
import { cutText, printable, printableLine } from '../../protocol/values/text.ts';
import { type Candidate, candidatesOf, runnable } from './candidate.ts';
import { changesBefore } from './changed.ts';
import type { Facts } from './facts.ts';
import { type Folded, foldConsequences } from './fold.ts';
import { beganAt, isVisible, type Memory, remember } from './memory.ts';
import { ROWS } from './rows.ts';

export interface Look {
  /** The causes, the worst first. */
  readonly findings: readonly Finding[];
  /** What follows from them. */
  readonly folded: readonly Finding[];
  /** For the next look. */
  readonly memory: Memory;
}

/** Of a device on which everything fails; the rest would be read by nobody. */
const MAX_FINDINGS = 200;

export function findAll(facts: Facts, before: Memory, nowMs: number): Look {
  const { now } = facts;
  const { roots, under, memory } = findCauses(facts, before, nowMs);
  const tell = (one: Candidate): Finding => {
    const since = beganAt(memory, one, now);
    const consequences = under.get(one.id) ?? [];
    const causeOf = consequences.map(({ id }) => id);
    const told = { ...one, fix: withRetry(one, consequences) };
    return toFinding(told, { since, changed: changesBefore(one, since, facts), causeOf });
  };
  return { findings: roots.map(tell), folded: [...under.values()].flat().map(tell), memory };
}

export interface Causes extends Folded {
  /** For the next look. */
  readonly memory: Memory;
}

/** The causes alone, the worst first: cheap, as what came before them is not looked for. */
export function findCauses(facts: Facts, before: Memory, nowMs: number): Causes {
  const { now } = facts;
  const all = distinct(ROWS.flatMap((row) => candidatesOf(row, facts)));
  const memory = remember(before, all, { nowMs, now });
  const visible = all.filter((one) => isVisible(memory, one, { nowMs, now })).slice(0, MAX_FINDINGS);
  const { roots, under } = foldConsequences(visible, facts);
  return { roots: worstFirst(roots, under), under, memory };
}

/** Two rows may tell the same: the first does. */
function distinct(candidates: readonly Candidate[]): Candidate[] {
  return [...Map.groupBy(candidates, ({ id }) => id).values()].flatMap(([first]) => first ?? []);
}

/** What somebody else has to mend is tried again here afterwards, by the command that mends what it has come to. */
function withRetry({ fix, deployment }: Candidate, consequences: readonly Candidate[]): Fix | null {
  if (fix === null || fix.by === 'nobody' || fix.command !== undefined) return fix;
  const mended = consequences.find((one) => one.deployment === deployment && one.fix?.can_run === true);
  const command = mended?.fix?.command;
  return command === undefined ? fix : runnable({ ...fix, text: `${fix.text}; then try again` }, command);
}

/** By severity; of one severity, what more follows from comes first, and else as the rows stand. */
function worstFirst(
  roots: readonly Candidate[],
  under: ReadonlyMap<string, readonly Candidate[]>,
): Candidate[] {
  const rank = ({ severity }: Candidate): number => SEVERITIES.indexOf(severity);
  const weight = ({ id }: Candidate): number => under.get(id)?.length ?? 0;
  return roots.toSorted((one, other) => rank(one) - rank(other) || weight(other) - weight(one));
}

function toFinding(
  { id, code, subject, severity, title, evidence = [], log = [], fix }: Candidate,
  { since, changed, causeOf }: { since: string; changed: string[]; causeOf: string[] },
): Finding {
  return {
    ...{ id, code, severity, subject, title: bounded(title), since },
    evidence: evidence.slice(0, MAX_FINDING_LINES).map(bounded),
    changed: changed.map(bounded),
    log: log.slice(-MAX_FINDING_LINES).map((line) => cutText(printableLine(line), MAX_FINDING_TEXT)),
    cause_of: causeOf,
    fix: fix === null ? null : { ...fix, text: bounded(fix.text) },
  };
}

function bounded(text: string): string {
  return cutText(printable(text), MAX_FINDING_TEXT);
}
