// Tested in test/agent/cli/run.test.ts.

import { isCheckedWell, renderCheck } from '../../lib/answers/check.ts';
import { renderEvent } from '../../lib/answers/events.ts';
import { renderLogItem } from '../../lib/answers/logs.ts';
import { renderPause, renderResume } from '../../lib/answers/pause.ts';
import { isWithoutErrors, renderWhy } from '../../lib/answers/why.ts';
import { type LocalOperationName, OPERATIONS } from '../../protocol/operations/operations.ts';
import { agentVerb } from './agent-verb.ts';
import { applyVerb } from './apply-verb.ts';
import { bundleVerb } from './bundle-verb.ts';
import { keptLogItems } from './kept-logs.ts';
import { operationVerb } from './operation-verb.ts';
import { planVerb } from './plan-verb.ts';
import { renderFix } from './render/fix.ts';
import { renderRestart } from './render/restart.ts';
import { renderRetry } from './render/retry.ts';
import { isAllWell, renderStatus } from './render/status.ts';
import { renderSwitch } from './render/switch.ts';
import { renderStatusWithoutAgent, renderWhyWithoutAgent } from './render/without-agent.ts';
import { streamVerb } from './stream-verb.ts';
import type { Verb } from './verb.ts';

/** Of every operation that can be asked for at the local socket. */
const OF_OPERATIONS: Readonly<Record<LocalOperationName, Verb>> = {
  status: operationVerb(OPERATIONS.status, {
    ...{ text: renderStatus, isGood: isAllWell, canWatch: true },
    withoutAgent: renderStatusWithoutAgent,
  }),
  why: operationVerb(OPERATIONS.why, {
    ...{ text: renderWhy, isGood: isWithoutErrors },
    withoutAgent: renderWhyWithoutAgent,
  }),
  check: operationVerb(OPERATIONS.check, { text: renderCheck, isGood: isCheckedWell }),
  fix: operationVerb(OPERATIONS.fix, { text: renderFix }),
  logs: streamVerb(OPERATIONS.logs, renderLogItem, keptLogItems),
  events: streamVerb(OPERATIONS.events, renderEvent),
  plan: planVerb,
  restart: operationVerb(OPERATIONS.restart, { text: renderRestart }),
  pause: operationVerb(OPERATIONS.pause, { text: renderPause }),
  resume: operationVerb(OPERATIONS.resume, { text: renderResume }),
  retry: operationVerb(OPERATIONS.retry, { text: renderRetry }),
  apply: applyVerb,
  switch: operationVerb(OPERATIONS.switch, { text: renderSwitch }),
};

/** In the order of the help text. */
export const VERBS: readonly Verb[] = [agentVerb, ...Object.values(OF_OPERATIONS), bundleVerb];
