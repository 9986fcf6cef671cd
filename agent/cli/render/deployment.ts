// One deployment: where it stands, why, and its services.
// Tested in test/agent/cli/render/status.test.ts.
import { paint } from '../../../lib/render/colour.ts';
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
import { renderServices } from './services.ts';
import type { View } from './view.ts';

export function renderDeployment(status: Status, view: View): string[] {
  const heading = `${status.deployment}  ${describeRevisions(status)}`;
  return [
    `${printable(heading)}  ${paintPhase(status, view)}`,
    ...explainDeployment(status).flatMap((sentence) => wrap(sentence, 2, view.columns)),
    ...lastWords(status).map((line) => `  | ${printable(line)}`),
    ...renderServices(status, view),
  ];
}

function paintPhase(status: Status, { hasColour, now }: View): string {
  const { phase } = status;
  const text = describePhase(status, now);
  return hasColour ? text.replace(phase, paint(phase, styleOf(standingOfPhase(phase)))) : text;
}
