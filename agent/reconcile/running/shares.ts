// Shared networks that this deployment is in. The engine's labels tell that one is shared, not by whom: so the record
// keeps which ones it has used until it has left them.
// Tested in test/agent/whole/shared.test.ts.
import type { DeploymentRecord } from '../../model/record.ts';
import { sharedName } from '../../model/resources.ts';
import type { Step } from '../../model/steps.ts';

/** Those of many revisions, of which none could be left. */
const MAX_SHARED = 256;

/** The record with those of these networks that are shared. */
export function noteShared(record: DeploymentRecord, networks: readonly string[]): DeploymentRecord {
  const before = record.shared ?? [];
  const fresh = networks.filter((key) => sharedName(key) !== null && !before.includes(key));
  if (fresh.length === 0) return record;
  return { ...record, shared: [...before, ...new Set(fresh)].slice(-MAX_SHARED) };
}

/** It leaves those that it uses no more; whether one then goes is told by who else is in it. */
export function leaveShared({ shared = [] }: DeploymentRecord, used: readonly string[]): Step[] {
  return shared
    .filter((network) => !used.includes(network))
    .map((network) => ({ kind: 'leave_network', network }));
}

/** It has left this one. */
export function noteLeft(record: DeploymentRecord, network: string): DeploymentRecord {
  const { shared = [], ...rest } = record;
  const left = shared.filter((key) => key !== network);
  return left.length === 0 ? rest : { ...rest, shared: left };
}
