// Which removals take away what tells why an update failed.
import type { Decision } from '../../model/decision.ts';
import type { Facts } from '../../model/facts.ts';
import type { Step } from '../../model/steps.ts';
import { barOf } from './barred.ts';

/**
 * The decision with a note at each removal of a container that the failed revision made: what it wrote is to be kept. Only
 * while that content is the desired one: then its document is here, and so it is known which of the words are secrets.
 */
export function noteFailedRuns({ observed, desired }: Facts, decision: Decision): Decision {
  const revision = barOf(decision.record, desired.content)?.failed?.revision;
  const note = (step: Step): Step => {
    if (step.kind !== 'remove_container') return step;
    const container = observed.containers.find(({ id }) => id === step.container);
    if (container?.revision !== revision || container?.startedAt == null) return step;
    const { name, startedAt, exitCode } = container;
    return { ...step, failed: { name, revision: container.revision, startedAt, exitCode } };
  };
  return { ...decision, steps: decision.steps.map(note) };
}
