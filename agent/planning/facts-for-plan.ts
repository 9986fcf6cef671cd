// What a plan is made from: the same facts as those of a deployment's loop, read beside it, with nothing noted anywhere.
// Tested in test/agent/whole/plan.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import { takesPart } from '../../protocol/values/rollout.ts';
import { gateNow } from '../loop/gate-now.ts';
import type { DesiredPresent } from '../model/desired-deployment.ts';
import { revisionOf } from '../model/document/revision.ts';
import type { Facts } from '../model/facts.ts';
import type { ImageStanding } from '../model/observed.ts';
import { type DeploymentRecord, EMPTY_RECORD } from '../model/record.ts';
import type { Revision } from '../model/revision.ts';
import { uniqueWants, type Want, wantKey } from '../model/want.ts';
import type { Engine } from '../ports/engine.ts';
import type { Folders } from '../ports/folders.ts';
import type { Host } from '../ports/host.ts';
import type { Documents, Records } from '../ports/store.ts';
import { allWell } from '../reconcile/rehearsal/stage.ts';
import { foldersToPurge } from '../reconcile/removal.ts';
import { recognise } from '../reconcile/running/identity.ts';
import { wantsFor } from '../reconcile/running/images.ts';

export interface PlanFactsContext {
  readonly store: Pick<Documents & Records, 'documentBody' | 'readRecord'>;
  readonly engine: Pick<Engine, 'observe'>;
  readonly folders: Pick<Folders, 'find'>;
  readonly host: Pick<Host, 'readClock' | 'isHeld'>;
  readonly clock: Clock;
  /** Where an image stands now. */
  readonly puller: { standing(want: Want): Promise<ImageStanding> };
  readonly device: string;
}

export interface PlanFacts {
  readonly facts: Facts;
  readonly record: DeploymentRecord;
}

/** Rejects as the engine does. */
export async function readFacts(
  deployment: string,
  desired: Revision,
  context: PlanFactsContext,
): Promise<PlanFacts> {
  const { store, engine, folders, clock, device } = context;
  const known = store.readRecord(deployment) ?? EMPTY_RECORD;
  const [view, found] = await Promise.all([
    engine.observe(deployment),
    folders.find(deployment, foldersToPurge(desired.document)),
  ]);
  const { record, observed } = recognise({
    ...{ deployment, record: known },
    observed: { ...view, folders: found },
  });
  const proven = provenOf(known, context);
  const wants = [desired, proven]
    .filter(isPresent)
    .flatMap((revision) => wantsFor(revision, record, observed));
  const nowMs = clock.monotonicMs();
  const facts: Facts = {
    ...{ deployment, desired, proven, observed },
    takesPart: takesPart(desired.document.rollout, device),
    images: await standingsOf(wants, context),
    health: allWell(observed, nowMs),
    memory: new Map(),
    gate: gateNow(desired, record, context),
    ...{ nowMs, wallTime: clock.wallTime().toISOString(), chance: 0.5 },
  };
  return { facts, record };
}

function provenOf(
  { proven }: DeploymentRecord,
  { store }: PlanFactsContext,
): Revision<DesiredPresent> | null {
  const body = proven === null ? null : store.documentBody(proven.hash);
  const revision = proven === null || body === null ? null : revisionOf(proven.hash, body);
  return isPresent(revision) ? revision : null;
}

async function standingsOf(
  wants: readonly Want[],
  { puller }: PlanFactsContext,
): Promise<ReadonlyMap<string, ImageStanding>> {
  const entries = uniqueWants(wants).map(
    async (want) => [wantKey(want), await puller.standing(want)] as const,
  );
  return new Map(await Promise.all(entries));
}

function isPresent(revision: Revision | null): revision is Revision<DesiredPresent> {
  return revision?.document.state === 'present';
}
