// Why something is as it is, with a code of this version of the agent.
import type { ReasonCode } from '../../protocol/reports/reasons.ts';
import type { Reason as ToldReason } from '../../protocol/reports/status.ts';

/** One that another version of the agent has stored may have another code: ask for codes, rely on none. */
export interface Reason extends Omit<ToldReason, 'code'> {
  readonly code: ReasonCode;
}
