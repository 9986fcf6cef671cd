// Settings that change on a living container: when to ask for them, and when asking again is in vain.
// Tested in test/agent/reconcile/golden-plans.test.ts.

import type { ServiceFacts } from '../../model/decision.ts';
import { historyOf, withHistory } from '../../model/histories.ts';
import type { InstanceSpec } from '../../model/instance.ts';
import type { MutableSettings, ObservedContainer } from '../../model/observed.ts';
import type { DeploymentRecord, ServiceHistory } from '../../model/record.ts';
import type { Step } from '../../model/steps.ts';

/** The step that gives a container the settings that were asked for; `null` when it has them or cannot have them. */
export function settingsStep(
  spec: InstanceSpec,
  container: ObservedContainer,
  history: ServiceHistory,
): Step | null {
  if (areEqual(container.settings, spec.settings)) return null;
  const { applied } = history;
  const wasAsked = applied?.container === container.id && areEqual(applied.asked, spec.settings);
  if (wasAsked && (applied.shown === null || areEqual(applied.shown, container.settings))) return null;
  return { kind: 'update_container', spec, container: container.id };
}

/** Remembers how the engine shows settings that were just given: what differs from it later was changed by somebody. */
export function noteShownSettings(
  record: DeploymentRecord,
  { spec, container }: Pick<ServiceFacts, 'spec' | 'container'>,
): DeploymentRecord {
  const history = historyOf(record, spec);
  const { applied } = history;
  if (container === null || applied === null || applied.container !== container.id || applied.shown !== null)
    return record;
  return withHistory(record, spec, { ...history, applied: { ...applied, shown: container.settings } });
}

function areEqual(a: MutableSettings, b: MutableSettings): boolean {
  return (
    a.memoryBytes === b.memoryBytes &&
    a.nanoCpus === b.nanoCpus &&
    a.pids === b.pids &&
    a.restartPolicy === b.restartPolicy
  );
}
