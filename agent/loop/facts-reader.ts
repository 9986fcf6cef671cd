// Puts together what one deployment's decisions are made from: the facts as they are at this moment.
// Tested in test/agent/whole/deployment-loop.test.ts.

import type { Clock, Random } from '../../lib/time/clock.ts';
import { takesPart } from '../../protocol/values/rollout.ts';
import type { HealthTracker, ProbedContainer } from '../health/health-tracker.ts';
import type { DesiredPresent } from '../model/desired-deployment.ts';
import type { Facts, Moment } from '../model/facts.ts';
import type { Observed } from '../model/observed.ts';
import type { DeploymentRecord } from '../model/record.ts';
import type { Revision } from '../model/revision.ts';
import { uniqueWants, wantKey } from '../model/want.ts';
import type { Host } from '../ports/host.ts';
import type { Documents, Records } from '../ports/store.ts';
import { wantsFor } from '../reconcile/running/images.ts';
import { barOf, liftsInMs } from '../reconcile/update/barred.ts';
import type { MemoryWatch } from '../report/memory-watch.ts';
import type { ImagePuller } from '../supply/image-puller.ts';
import { gateNow } from './gate-now.ts';
import { RevisionCache } from './revision-cache.ts';

export interface FactsContext {
  readonly store: Documents & Records;
  readonly clock: Clock;
  readonly host: Host;
  readonly random: Random;
  readonly puller: ImagePuller;
  readonly health: HealthTracker;
  readonly memory: Pick<MemoryWatch, 'of'>;
  readonly device: string;
}

/** What the loop itself knows. */
interface Known extends Pick<Facts, 'desired' | 'observed'> {
  readonly record: DeploymentRecord;
  /** When the look at the engine began, monotonic. */
  readonly lookedAtMs: number;
}

export class FactsReader {
  readonly #deployment: string;
  readonly #context: FactsContext;
  readonly #revisions = new RevisionCache();

  constructor(deployment: string, context: FactsContext) {
    this.#deployment = deployment;
    this.#context = context;
  }

  /** The revision that the stored document with this hash is; `null` when it is no longer valid. */
  revision(hash: string): Revision | null {
    return this.#revisions.read(hash, () => this.#context.store.documentBody(hash));
  }

  /** Rejects as the engine does. */
  async read({ desired, record, observed, lookedAtMs }: Known): Promise<Facts> {
    const { health, device } = this.#context;
    const deployment = this.#deployment;
    const proven = this.#proven(record);
    // Mostly one and the same. A container that fits both is probed as the one asks that is to run.
    const inOrder = this.#isGivenUp(record, desired) ? [proven, desired] : [desired, proven];
    const revisions = [...new Set(inOrder)].filter(isPresent);
    const images = await this.#imageStandings(revisions, record, observed);
    return {
      deployment,
      desired,
      takesPart: takesPart(desired.document.rollout, device),
      proven,
      observed,
      images,
      memory: this.#memory(observed),
      gate: gateNow(desired, record, this.#context),
      health: health.track(deployment, targetsOf(observed, revisions), lookedAtMs),
      ...this.moment(),
    };
  }

  moment(): Moment {
    const { clock, random } = this.#context;
    return { nowMs: clock.monotonicMs(), wallTime: clock.wallTime().toISOString(), chance: random() };
  }

  /** Whether an update to it has failed and is not tried again now: what was proven is to run. */
  #isGivenUp(record: DeploymentRecord, { content }: Revision): boolean {
    const bar = record.attempt === null ? barOf(record, content) : null;
    return bar !== null && liftsInMs(bar, this.#context.clock.monotonicMs()) !== 0;
  }

  #memory({ containers }: Observed): Facts['memory'] {
    const killed = containers.filter(({ oomKilled }) => oomKilled);
    const known = killed.map(({ id }) => [id, this.#context.memory.of(id)] as const);
    return new Map(known.flatMap(([id, memory]) => (memory === null ? [] : [[id, memory] as const])));
  }

  #proven({ proven }: DeploymentRecord): Revision<DesiredPresent> | null {
    const revision = proven === null ? null : this.revision(proven.hash);
    return isPresent(revision) ? revision : null;
  }

  /** Those of running services are of no interest, but where they are to be pulled anew. */
  async #imageStandings(
    revisions: readonly Revision<DesiredPresent>[],
    record: DeploymentRecord,
    observed: Observed,
  ): Promise<Facts['images']> {
    const wants = revisions.flatMap((revision) => wantsFor(revision, record, observed));
    const { puller } = this.#context;
    const entries = uniqueWants(wants).map(
      async (want) => [wantKey(want), await puller.standing(want)] as const,
    );
    return new Map(await Promise.all(entries));
  }
}

/** Each container with the probe, and the time for a proof, that its own revision's service asks for. */
function targetsOf(observed: Observed, revisions: readonly Revision<DesiredPresent>[]): ProbedContainer[] {
  return observed.containers.map((container) => {
    for (const { document } of revisions) {
      const spec = document.services.find(
        ({ name, hash }) => name === container.service && hash === container.specHash,
      );
      const healthyAfterMs = document.update.healthyAfterMs;
      if (spec !== undefined) return { container, probe: spec.service.probe, healthyAfterMs };
    }
    return { container, probe: null, healthyAfterMs: 0 };
  });
}

function isPresent(revision: Revision | null): revision is Revision<DesiredPresent> {
  return revision?.document.state === 'present';
}
