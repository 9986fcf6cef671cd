// Tested in test/agent/operations/pause.test.ts.
import { type Resumed, resume } from '../../protocol/operations/resume.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import { StoreBlocked } from '../ports/store.ts';
import { type Offer, offer } from './offer.ts';
import { noSuchDeployment, notStored } from './pause.ts';

export interface ResumeTargets {
  /** Ends its pause; `false` where there is none. Throws `StoreBlocked`, and nothing has changed then. */
  readonly supervisor: { resume(deployment: string): boolean };
  readonly state: Pick<AgentState, 'statuses'>;
}

/** Done when it is stored. To end a pause that is not there is no fault. */
export function offerResume({ supervisor, state }: ResumeTargets): Offer<Resumed> {
  return offer(resume, async ({ deployment }) => {
    const all = inOrder(state.statuses.value).map((status) => status.deployment);
    const resumed: string[] = [];
    try {
      for (const name of deployment === undefined ? all : [deployment])
        if (supervisor.resume(name)) resumed.push(name);
    } catch (error) {
      if (!(error instanceof StoreBlocked)) throw error;
      return notStored(
        error,
        resumed.map((name) => ({ deployment: name })),
      );
    }
    if (deployment !== undefined && resumed.length === 0 && !all.includes(deployment))
      return noSuchDeployment(deployment);
    return { kind: 'done', answer: { resumed } };
  });
}
