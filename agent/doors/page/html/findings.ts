// What is wrong, the worst first: what a technician came for.
// Tested in test/agent/doors/page/html/page.test.ts.

import { describeWell, explainFinding, lastWordsOf } from '../../../../lib/answers/finding-words.ts';
import type { Findings } from '../../../../protocol/operations/why.ts';
import type { Finding } from '../../../../protocol/reports/finding.ts';
import { command } from './commands.ts';
import { logOf } from './log.ts';
import { type Markup, markup } from './markup.ts';

/** More would hide the first. */
const MAX_SHOWN = 20;

export function renderFindings(answer: Findings, now: Date): Markup {
  const { findings, folded } = answer;
  if (findings.length === 0)
    return markup`<h2 id="findings-title">Findings</h2><p class="well">${describeWell(answer)}</p>`;
  const shown = findings.slice(0, MAX_SHOWN).map((finding) => renderFinding(finding, { folded, now }));
  const more = findings.length - MAX_SHOWN;
  const rest = more > 0 ? markup`<p>and ${more} more: ${command('holdfast why')}</p>` : '';
  return markup`<h2 id="findings-title">Findings</h2>${shown}${rest}`;
}

function renderFinding(
  finding: Finding,
  known: { readonly folded: readonly Finding[]; readonly now: Date },
): Markup {
  const lines = explainFinding(finding, known).map((line) => markup`<li>${line}</li>`);
  const { command: fix } = finding.fix ?? {};
  return markup`<article class="${finding.severity}"><h3>${finding.title}</h3><ul>${lines}</ul>${
    fix === undefined ? '' : markup`<p>run: ${command(fix)}</p>`
  }${logOf(lastWordsOf(finding))}</article>`;
}
