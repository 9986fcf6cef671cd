// `holdfast why` for people: for each cause what it is, since when, what came just before, what was seen, and what mends it.
import { paint } from '../../../lib/render/colour.ts';
import { elapsed } from '../../../lib/render/elapsed.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import type { Findings } from '../../../protocol/operations/why.ts';
import type { Finding, Fix } from '../../../protocol/reports/finding.ts';
import { printable } from '../../../protocol/values/text.ts';
import type { View } from './view.ts';

/** All of them are in `--json`. */
const LOG_LINES = 6;
const NAMES = 4;
const STYLES = { error: 'red', warning: 'yellow', info: 'bold' } as const;

/** The whole text, ending in a line break. */
export function renderWhy(answer: Findings, view: View): string {
  const { findings, folded } = answer;
  const lines =
    findings.length === 0
      ? wrap(describeWell(answer), 0, view.columns)
      : findings.flatMap((finding, index) => [
          ...(index === 0 ? [] : ['']),
          ...renderFinding(finding, { folded, view }),
        ]);
  return `${lines.join('\n')}\n`;
}

/** Whether nothing that was asked for fails. */
export function isWithoutErrors({ findings }: Pick<Findings, 'findings'>): boolean {
  return findings.every(({ severity }) => severity !== 'error');
}

function describeWell({ deployments, services }: Findings): string {
  return `all well: ${count(deployments, 'deployment')}, ${count(services, 'service')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** One cause with all that is known of it; its first line says what it is. */
function renderFinding(
  finding: Finding,
  { folded, view }: { folded: readonly Finding[]; view: View },
): string[] {
  const [first = '', ...rest] = wrap(finding.title, 0, view.columns);
  const details = [
    describeSince(finding, view),
    ...finding.evidence.map((line) => `seen: ${line}`),
    ...describeConsequences(finding, folded),
    ...(finding.fix === null ? [] : describeFix(finding.fix)),
  ];
  const log = finding.log.slice(-LOG_LINES).map((line) => `  | ${printable(line)}`);
  return [
    view.hasColour ? paint(first, STYLES[finding.severity]) : first,
    ...rest,
    ...details.flatMap((line) => wrap(line, 2, view.columns)),
    ...log,
  ];
}

function describeSince({ since, severity, changed }: Finding, { now }: View): string {
  const time = elapsed(since, now);
  const before = changed.length === 0 ? '' : `; before: ${changed.join(', ')}`;
  return `${severity} ${time === null ? `since ${since}` : `for ${time}`}${before}`;
}

function describeConsequences({ cause_of: ids }: Finding, folded: readonly Finding[]): string[] {
  if (ids.length === 0) return [];
  const titles = folded.filter(({ id }) => ids.includes(id)).map(({ title }) => title);
  const more = titles.length > NAMES ? [`and ${titles.length - NAMES} more`] : [];
  return [`so: ${[...titles.slice(0, NAMES), ...more].join('; ')}`];
}

const WHO: Readonly<Record<Fix['by'], string>> = {
  technician: 'do',
  fleet_manager: 'the fleet manager',
  nobody: 'wait',
};

function describeFix({ by, text, command }: Fix): string[] {
  return [`${WHO[by]}: ${text}`, ...(command === undefined ? [] : [`run: ${command}`])];
}
