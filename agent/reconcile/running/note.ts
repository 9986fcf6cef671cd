// What a look adds to the record: all that happened to the services since the last one, and the networks that they share.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { ServiceFacts } from '../../model/decision.ts';
import type { Moment } from '../../model/facts.ts';
import type { DeploymentRecord } from '../../model/record.ts';
import { networksUsed } from '../../model/service-spec.ts';
import { noteCompletion } from './completed.ts';
import { noteRun } from './failures.ts';
import { noteJoins } from './joins.ts';
import { noteShownSettings } from './settings.ts';
import { noteShared } from './shares.ts';

export function noteServices(
  record: DeploymentRecord,
  services: readonly ServiceFacts[],
  moment: Moment,
): DeploymentRecord {
  const shared = noteShared(record, networksUsed(services.map(({ spec }) => spec)));
  return services.reduce((noted, service) => {
    const joined = noteJoins(noteShownSettings(noted, service), service);
    return noteCompletion(noteRun(joined, service, moment), service);
  }, shared);
}
