// Removal: containers, then networks, then only those volumes and folders that the document names.
// Tested in test/agent/reconcile/decide.test.ts.

import { isInFolder, isWithinFolder } from '../../protocol/values/folder-path.ts';
import type { Decision } from '../model/decision.ts';
import type { DesiredDeployment } from '../model/desired-deployment.ts';
import type { Facts } from '../model/facts.ts';
import type { Reason } from '../model/reason.ts';
import type { DeploymentRecord, KeptVolumes } from '../model/record.ts';
import { sharedName } from '../model/resources.ts';
import { pathOf } from '../model/step-table.ts';
import type { Step } from '../model/steps.ts';
import { obstaclesIn } from './running/obstacles.ts';
import { clearAway, removeNetwork } from './running/plan.ts';
import { isUp } from './running/select-container.ts';
import { leaveShared, noteShared } from './running/shares.ts';
import { ownNetworks } from './running/views.ts';

export function decideRemoval(facts: Facts, before: DeploymentRecord): Decision {
  const record = noteWhatStays(facts, before);
  const steps = removalSteps(facts, record);
  // A container that the engine is removing holds its networks and volumes.
  const { obstacle } = obstaclesIn({ needed: steps, cleanup: [] }, record);
  const isDone = steps.length === 0 && facts.observed.containers.length === 0;
  return {
    record: {
      ...record,
      // From the first step on: a document that comes before the last finds nothing to go back to.
      proven: null,
      previous: null,
      barred: [],
      attempt: null,
      phase: isDone ? 'removed' : 'switching',
      blocked: obstacle,
      reason: isDone ? doneReason(record) : (obstacle ?? pendingRemoval(facts, record.reason)),
      services: {},
    },
    steps,
    wants: [],
    wakeInMs: null,
    services: [],
  };
}

/** The record with the shared networks that its containers are in, and the volume that was just found to stay. */
function noteWhatStays({ observed, desired }: Facts, record: DeploymentRecord): DeploymentRecord {
  const { kept: before, ...rest } = noteShared(
    record,
    observed.containers.flatMap(({ networks }) => networks),
  );
  const reasons = before?.hash === desired.hash ? before.reasons : [];
  const isNew = record.blocked?.code === VOLUME_KEPT;
  const all = [...reasons, ...(isNew && record.blocked !== null ? [record.blocked] : [])];
  const kept: KeptVolumes = { hash: desired.hash, reasons: all };
  return all.length === 0 ? rest : { ...rest, kept };
}

/** What others use, or have made, is nothing that a removal waits for. */
export const VOLUME_KEPT = 'volume_kept';

/** What stays that was to go has to be told. */
function doneReason({ kept }: DeploymentRecord): Reason | null {
  const [first] = kept?.reasons ?? [];
  if (first === undefined) return null;
  return { ...first, message: kept?.reasons.map(({ message }) => message).join('; ') ?? '' };
}

/** The engine has taken the removal on and does not come to its end; told as long as it lasts, with when it began. */
function pendingRemoval({ observed, wallTime }: Facts, told: Reason | null): Reason | null {
  const pending = observed.containers.find(({ state }) => state === 'removing');
  if (pending === undefined) return null;
  const code = 'removal_pending';
  const path = `services.${pending.service}`;
  if (told?.code === code && told.path === path) return told;
  const message = `the engine has been removing container ${pending.id.slice(0, 12)} since ${wallTime}`;
  const hint =
    'something holds it: its own log may tell what (journalctl -u docker); a restart of it often helps';
  return { code, path, message, hint };
}

function removalSteps({ desired, observed }: Facts, record: DeploymentRecord): Step[] {
  const containers = observed.containers.filter((container) => container.state !== 'removing');
  if (containers.length > 0) {
    const up = containers.filter(isUp);
    return clearAway(up.length > 0 ? up : containers);
  }
  if (observed.containers.length > 0) return [];
  const networks = [...ownNetworks(observed).map(removeNetwork), ...leaveShared(record, [])];
  if (networks.length > 0) return networks;
  const purge = desired.document.state === 'absent' ? desired.document.purge : [];
  const steps = purge
    .filter((volume) => observed.volumes.has(volume))
    .map((volume): Step & { kind: 'remove_volume' } => ({ kind: 'remove_volume', volume }));
  const own = [
    ...steps.filter(({ volume }) => sharedName(volume) === null),
    ...foldersToPurge(desired.document)
      .filter((folder) => observed.folders.has(folder))
      .map((folder): Step => ({ kind: 'remove_folder', folder })),
  ];
  if (own.length > 0) return own;
  const told = record.kept?.reasons.map(({ path }) => path) ?? [];
  // One by one, so that each that stays is told.
  return steps.filter((step) => !told.includes(pathOf(step))).slice(0, 1);
}

/** The paths in a deployment's folder that are to go with it: none within another of them. */
export function foldersToPurge(document: DesiredDeployment): string[] {
  if (document.state !== 'absent') return [];
  const folders = [...new Set(document.purge.filter(isInFolder))];
  return folders.filter((path) => !folders.some((root) => root !== path && isWithinFolder(path, root)));
}
