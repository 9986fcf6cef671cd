// One deployment: where it stands, why, its services, and what can be asked about it.
// Tested in test/agent/doors/page/html/page.test.ts.
import { type Standing, standingOf } from '../../../../lib/reports/standing.ts';
import type { Operation } from '../../../../protocol/operations/operation.ts';
import type { Status } from '../../../../protocol/reports/status.ts';
import {
  describePhase,
  describeRevisions,
  explainDeployment,
  lastWords,
} from '../../../words/deployment-words.ts';
import { deploymentCommands } from './commands.ts';
import { logOf } from './log.ts';
import { type Markup, markup } from './markup.ts';
import { renderServices, type UsageByService } from './services.ts';

const CLASSES: Readonly<Record<Standing, string>> = {
  'not well': 'error',
  'under way': 'warning',
  well: 'well',
  removed: 'well',
};

export interface DeploymentView {
  readonly operations: readonly Operation[];
  readonly usage: UsageByService;
  readonly now: Date;
}

export function renderDeployment(status: Status, { operations, usage, now }: DeploymentView): Markup {
  const { deployment: name } = status;
  const sentences = explainDeployment(status, now).map((sentence) => markup`<p>${sentence}</p>`);
  return markup`<h2 id="d-${name}-title">${name}</h2><p>${describeRevisions(status)} <strong class="${
    CLASSES[standingOf(status)]
  }">${describePhase(status, now)}</strong></p>${sentences}${logOf(lastWords(status))}${renderServices(
    status,
    usage,
    now,
  )}${deploymentCommands(operations, status)}`;
}
