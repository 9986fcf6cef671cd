// Findings in words: the command and the page say the same. Pure: data in, text out.
// Tested in test/lib/answers/why.test.ts.

import type { Findings } from '../../protocol/operations/why.ts';
import type { Finding, Fix } from '../../protocol/reports/finding.ts';
import { elapsed } from '../render/elapsed.ts';
import { withRelativeTimes } from '../render/relative-times.ts';
import { newestWords } from '../reports/last-words.ts';

/** All of them are in `--json`. */
const LOG_LINES = 6;
const NAMES = 4;
/** Evidence that says itself what it is. */
const NO_SIGHT = /^(?:its log: |next try )/;

/** Where there is no finding. */
export function describeWell({ deployments, services, under_way: underWay }: Findings): string {
  const all = `${count(deployments, 'deployment')}, ${count(services, 'service')}`;
  return underWay.length === 0
    ? `all well: ${all}`
    : `nothing wrong in ${all}; under way: ${underWay.join(', ')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** What is known of it beside its title, one line each; `folded` is what may follow from it. */
export function explainFinding(
  finding: Finding,
  { folded, now }: { readonly folded: readonly Finding[]; readonly now: Date },
): string[] {
  const lines = [
    describeSince(finding, now),
    ...(finding.changed.length === 0 ? [] : [`changed: ${finding.changed.join(', ')}`]),
    ...finding.evidence.map((line) => describeEvidence(line)),
    ...describeConsequences(finding, folded),
    ...(finding.fix === null ? [] : [`${WHO[finding.fix.by]}: ${finding.fix.text}`]),
  ];
  return lines.map((line) => withRelativeTimes(line, now));
}

/** The newest that the failing service wrote, oldest first. */
export function lastWordsOf({ log }: Finding): readonly string[] {
  return newestWords(log, LOG_LINES);
}

function describeSince({ since, severity }: Finding, now: Date): string {
  const time = elapsed(since, now);
  return `${severity} ${time === null ? `since ${since}` : `for ${time}`}`;
}

function describeEvidence(line: string): string {
  return NO_SIGHT.test(line) ? line : `seen: ${line}`;
}

function describeConsequences({ cause_of: ids }: Finding, folded: readonly Finding[]): string[] {
  if (ids.length === 0) return [];
  const titles = folded.filter(({ id }) => ids.includes(id)).map(({ title }) => title);
  const more = titles.length > NAMES ? [`and ${titles.length - NAMES} more`] : [];
  return [`so: ${[...titles.slice(0, NAMES), ...more].join('; ')}`];
}

const WHO: Readonly<Record<Fix['by'], string>> = {
  technician: 'do',
  fleet_manager: 'ask the fleet manager',
  nobody: 'wait',
};
