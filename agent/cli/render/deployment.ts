// One deployment: where it stands, why, and its services.
// Tested in test/agent/cli/render/status.test.ts.

import type { View } from '../../../lib/answers/view.ts';
import { paint } from '../../../lib/render/colour.ts';
import { quote } from '../../../lib/render/quote.ts';
import { widthOf } from '../../../lib/render/width.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import { standingOfPhase, styleOf } from '../../../lib/reports/standing.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { printable } from '../../../protocol/values/text.ts';
import {
  describePhase,
  describeRevisions,
  explainDeployment,
  lastWords,
} from '../../words/deployment-words.ts';
import { renderServices, type UsageByService } from './services.ts';

export function renderDeployment(status: Status, usage: UsageByService, view: View): string[] {
  return [
    ...renderHeading(status, view),
    ...explainDeployment(status, view.now).flatMap((sentence) => wrap(sentence, 2, view.columns)),
    ...quote(lastWords(status), view.columns),
    ...renderServices(status, usage, view),
  ];
}

/** One line; on a narrow screen the phase has its own. */
function renderHeading(status: Status, { hasColour, now, columns }: View): string[] {
  const heading = printable(`${status.deployment}  ${describeRevisions(status)}`);
  const text = describePhase(status, now);
  const { phase } = status;
  const phaseText = hasColour ? text.replace(phase, paint(phase, styleOf(standingOfPhase(phase)))) : text;
  const fits = columns === null || widthOf(`${heading}  ${text}`) <= columns;
  return fits ? [`${heading}  ${phaseText}`] : [...wrap(heading, 0, columns), `  ${phaseText}`];
}
