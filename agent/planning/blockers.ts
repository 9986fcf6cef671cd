// What keeps a document from being carried out now, as far as it can be known before.
// Tested in test/agent/whole/plan.test.ts.

import type { PlanAnswer } from '../../protocol/operations/plan.ts';
import type { Decision } from '../model/decision.ts';
import { unmetNeed } from '../model/engine-needs.ts';
import type { Facts } from '../model/facts.ts';
import { DISK_PER_BYTE } from '../model/image-room.ts';
import type { Reason } from '../model/reason.ts';
import type { DeploymentRecord } from '../model/record.ts';
import type { StepFailure } from '../model/steps.ts';
import type { Rehearsal } from '../reconcile/rehearsal/rehearse.ts';
import { findShortage, type ImageSpace } from '../supply/image-space.ts';
import type { Fetched } from './fetch.ts';

export interface Outlook {
  readonly facts: Facts;
  readonly record: DeploymentRecord;
  /** What would be decided at once. */
  readonly first: Decision;
  readonly rehearsal: Rehearsal;
  readonly fetched: readonly Fetched[];
  readonly fetch: PlanAnswer['fetch'];
  readonly space: ImageSpace;
}

/** Each once. */
export function blockersOf(outlook: Outlook): PlanAnswer['blocked_by'] {
  const { facts, first, rehearsal } = outlook;
  const reasons: (Reason | null | undefined)[] = [
    troubleNow(first, facts),
    facts.gate?.reason,
    ...outlook.fetched.flatMap((one) => refusedImage(one, facts)),
    noRoom(outlook),
    ...unmetNeeds(outlook),
    troubleLater(rehearsal),
  ];
  const known = reasons.filter((reason) => reason !== null && reason !== undefined);
  const byPlace = new Map(
    known.toReversed().map((reason) => [`${reason.code} ${reason.path ?? ''}`, reason]),
  );
  return [...byPlace.values()].toReversed().map(({ code, path, message, hint }) => ({
    ...{ code, message },
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
  }));
}

/** Not what is left over where it stands already; nor that a service starts again, which passes. */
function troubleNow({ record: { proven, reason } }: Decision, { desired }: Facts): Reason | null {
  return proven?.hash === desired.hash || reason?.code === 'starting' ? null : reason;
}

/** Where even with all going well it does not come through: a network that is there with other settings. */
function troubleLater({ record: { phase, reason } }: Rehearsal): Reason | null {
  return phase === 'failed' || phase === 'rolled_back' ? reason : null;
}

function refusedImage({ want, look }: Fetched, { desired: { document } }: Facts): Reason[] {
  if (look.kind !== 'refused') return [];
  const services = document.state === 'present' ? document.services : [];
  const service = services.find(({ service: asked }) => asked.image.text === want.reference);
  const path = service === undefined ? {} : { path: `services.${service.name}.image` };
  return [{ code: look.code, ...path, message: look.message }];
}

function unmetNeeds({ facts: { desired }, space }: Outlook): Reason[] {
  const { facts: engine } = space.engine.value;
  if (engine === null || desired.document.state !== 'present') return [];
  return desired.document.services.flatMap(({ name, service }) => {
    const unmet = unmetNeed(service, engine);
    return unmet === null ? [] : [reasonOf(unmet, `services.${name}`)];
  });
}

function reasonOf({ code, message, hint }: StepFailure, path: string): Reason {
  return { code, path, message, ...(hint === undefined ? {} : { hint }) };
}

function noRoom({ fetch, space }: Outlook): Reason | null {
  if (fetch.images.length === 0) return null;
  const shortage = findShortage(space, (fetch.bytes ?? 0) * DISK_PER_BYTE);
  if (shortage === null) return null;
  const { code, message, hint } = shortage;
  return hint === undefined ? { code, message } : { code, message, hint };
}
