// An update under way: the revision that it leads to, and the record while it lasts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import type { Revision } from '../../model/revision.ts';

export type Desired = Revision<DesiredPresent>;

export interface Updating extends DeploymentRecord {
  readonly attempt: Attempt;
}
