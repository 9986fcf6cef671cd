// Judges a document that somebody brings: by what it says, and by what this device has already.
// Tested in test/agent/doors/mqtt/intake.test.ts.
import type { Documents } from '../ports/store.ts';
import { type Addressed, type Judgement, judgeDocument } from './judge-document.ts';

/** Each has a loop, containers and a status: more than a device can look after. */
const MAX_DEPLOYMENTS = 64;

/** Changes nothing. */
export function judgeArrival(
  store: Pick<Documents, 'acceptedRevisions' | 'activeDeployments'>,
  { source, name }: Addressed,
  payload: Uint8Array,
): Judgement {
  const accepted = store.acceptedRevisions(name).find((document) => document.source === source);
  const judgement = judgeDocument({ source, name }, payload, accepted);
  if (judgement.kind !== 'accepted' || hasRoomFor(store, name)) return judgement;
  return tooMany(judgement.deployment.document.revision);
}

function hasRoomFor(store: Pick<Documents, 'activeDeployments'>, name: string): boolean {
  const active = store.activeDeployments();
  return active.length < MAX_DEPLOYMENTS || active.includes(name);
}

function tooMany(revision: number): Judgement {
  const message = `this device has ${MAX_DEPLOYMENTS} deployments already; remove one, then publish this again`;
  return { kind: 'refused', refusal: { revision, code: 'too_many_deployments', path: 'name', message } };
}
