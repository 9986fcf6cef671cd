// How a device's answer to each operation is shown to people, and whether it is good news.
// Tested in test/fleet/ctl/commands/ask.test.ts.
import { isCheckedWell, renderCheck } from '../../../lib/answers/check.ts';
import { renderEvent } from '../../../lib/answers/events.ts';
import { renderLogItem } from '../../../lib/answers/logs.ts';
import { renderPause, renderResume } from '../../../lib/answers/pause.ts';
import { isPlanGood, renderPlan } from '../../../lib/answers/plan.ts';
import type { View } from '../../../lib/answers/view.ts';
import { isWithoutErrors, renderWhy } from '../../../lib/answers/why.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import type { AnswerOf, Operation } from '../../../protocol/operations/operation.ts';
import { type BrokerOperationName, OPERATIONS } from '../../../protocol/operations/operations.ts';

/** One question that `holdfastctl` can ask. */
export interface Row<O extends Operation = Operation> {
  readonly operation: O;
  /** The whole text, or of a stream that of one item; ends in a line break. Left out: its answer is that it has begun. */
  readonly text?: (answer: AnswerOf<O>, view: View) => string;
  /** Left out: every answer is good news. */
  readonly isGood?: (answer: AnswerOf<O>) => boolean;
}

export interface AskView extends View {
  readonly device: string;
}

/** Ties the answer's type to its operation, and forgets it: what is read is checked by the operation's schema. */
function row<O extends Operation>(one: Row<O>): Row {
  // Sound: a row is given only answers that its own operation's schema has passed.
  return one as unknown as Row;
}

export const ANSWERS: Readonly<Record<BrokerOperationName, Row>> = {
  why: row({ operation: OPERATIONS.why, text: renderWhy, isGood: isWithoutErrors }),
  check: row({ operation: OPERATIONS.check, text: renderCheck, isGood: isCheckedWell }),
  logs: row({ operation: OPERATIONS.logs, text: renderLogItem }),
  events: row({ operation: OPERATIONS.events, text: renderEvent }),
  plan: row({ operation: OPERATIONS.plan, text: renderPlan, isGood: isPlanGood }),
  restart: row({ operation: OPERATIONS.restart }),
  retry: row({ operation: OPERATIONS.retry }),
  pause: row({ operation: OPERATIONS.pause, text: renderPause }),
  resume: row({ operation: OPERATIONS.resume, text: renderResume }),
  switch: row({ operation: OPERATIONS.switch }),
  report: row({ operation: OPERATIONS.report }),
};

/** Of an operation that is only begun, or answers nothing: a sentence, and where to see what comes of it. */
export function describeBegun({ operation }: Row, { device, columns }: AskView): string {
  const line = `${device}: ${operation.name} accepted; holdfastctl status devices/${device} shows how it goes`;
  return `${wrap(line, 0, columns).join('\n')}\n`;
}
