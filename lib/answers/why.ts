// `holdfast why` for people: for each cause what it is, since when, what came just before, what was seen, and what mends it.

import type { Findings } from '../../protocol/operations/why.ts';
import type { Finding } from '../../protocol/reports/finding.ts';
import { paint } from '../render/colour.ts';
import { quote } from '../render/quote.ts';
import { wrap } from '../render/wrap.ts';
import { describeWell, explainFinding, lastWordsOf } from './finding-words.ts';
import type { View } from './view.ts';

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

/** One cause with all that is known of it; its first line says what it is. */
function renderFinding(
  finding: Finding,
  { folded, view }: { folded: readonly Finding[]; view: View },
): string[] {
  const [first = '', ...rest] = wrap(finding.title, 0, view.columns);
  const details = [...explainFinding(finding, { folded, now: view.now }), ...describeCommands(finding)];
  return [
    view.hasColour ? paint(first, STYLES[finding.severity]) : first,
    ...rest,
    ...details.flatMap((line) => wrap(line, 2, view.columns)),
    ...quote(lastWordsOf(finding), view.columns),
  ];
}

/** What is typed; `holdfast fix ID` where the command is not one of `holdfast` already. */
function describeCommands({ id, fix }: Finding): string[] {
  if (fix?.command?.startsWith('holdfast ') === true) return [`run: ${fix.command}`];
  const asked = fix?.can_run === true ? [`fix: holdfast fix ${id}`] : [];
  return [...(fix?.command === undefined ? [] : [`run: ${fix.command}`]), ...asked];
}
