// `holdfast check` for people: what is not well, and how much was looked at. What is well is in `--json`.

import type { CheckAnswer } from '../../protocol/operations/check.ts';
import { paint } from '../render/colour.ts';
import { wrap } from '../render/wrap.ts';
import type { View } from './view.ts';
import { isWithoutErrors, renderWhy } from './why.ts';

const STYLES = { error: 'red', warning: 'yellow', unknown: 'bold', ok: 'green' } as const;

/** The whole text, ending in a line break. */
export function renderCheck(answer: CheckAnswer, view: View): string {
  const { checks, findings, deployments, services } = answer;
  const told = checks.filter(({ result }) => result !== 'ok');
  const lines = told.flatMap(({ name, result, text }) => {
    const [first = '', ...rest] = wrap(`${result}: ${name}: ${text}`, 0, view.columns);
    return [view.hasColour ? paint(first, STYLES[result]) : first, ...rest];
  });
  const isWell = told.length === 0 && findings.length === 0;
  const counts = `${checks.length} checks, ${deployments} deployments, ${services} services`;
  const sum = isWell ? `all well: ${counts}` : `${told.length} of ${checks.length} checks not well`;
  const found = findings.length === 0 ? '' : `${lines.length === 0 ? '' : '\n'}${renderWhy(answer, view)}`;
  const head = lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  return `${head}${found}${found === '' ? '' : '\n'}${wrap(sum, 0, view.columns).join('\n')}\n`;
}

export function isCheckedWell(answer: CheckAnswer): boolean {
  return isWithoutErrors(answer) && answer.checks.every(({ result }) => result !== 'error');
}
