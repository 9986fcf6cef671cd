// A plan: what this device would do with a document. The door judges it, the planner of the loops plays it through, and nothing
// is stored, told or done.
// Tested in test/agent/whole/plan.test.ts.
import type { PlanAnswer } from '../../protocol/operations/plan.ts';
import { judgeArrival } from '../intake/judge-arrival.ts';
import { nameIn, revisionOf } from '../intake/judge-document.ts';
import { numberDocument } from '../intake/number-document.ts';
import type { Revision } from '../model/revision.ts';
import { EngineUnavailable } from '../ports/engine.ts';
import type { AcceptedDocument, AcceptedRevision, Documents, EventJournal, Source } from '../ports/store.ts';
import { decideUnlessPaused } from '../reconcile/pause.ts';
import { type Rehearsal, rehearse } from '../reconcile/rehearsal/rehearse.ts';
import { type ImageSpace, readDisk } from '../supply/image-space.ts';
import { blockersOf } from './blockers.ts';
import { type PlanFacts, type PlanFactsContext, readFacts } from './facts-for-plan.ts';
import { afterFetch, type FetchContext, fetchPart, lookAtImages } from './fetch.ts';
import { type Followed, findFollowed } from './followed.ts';
import { notesOf } from './notes.ts';
import { diskPart, resourcesPart, servicesPart, verdictOf } from './parts.ts';

export interface PlannerOptions extends PlanFactsContext, FetchContext {
  readonly store: PlanFactsContext['store'] & Pick<Documents, 'acceptedRevisions' | 'activeDeployments'>;
  readonly groups: readonly string[];
  readonly space: ImageSpace;
  readonly journal: EventJournal;
}

export interface Asked {
  /** Its text. */
  readonly document: string;
  readonly source: Source;
}

export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /** What registries say is waited for 1.5 s at most. Rejects for faults of the agent alone. */
  async plan(asked: Asked, signal: AbortSignal): Promise<PlanAnswer> {
    const { desired, answer } = this.#judge(asked);
    if (desired === null) return answer;
    try {
      return await this.#play(desired, answer, signal);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      const { code, message, hint } = error;
      return { ...answer, verdict: 'blocked', blocked_by: [{ code, message, hint }] };
    }
  }

  /** The revision that would count, and what is known to be said by then; `null` where that is all. */
  #judge({ document, source }: Asked): { desired: Revision | null; answer: PlanAnswer } {
    const { store, clock } = this.#options;
    const given = Buffer.from(document);
    // With none it is refused by its schema.
    const name = nameIn(given) ?? '';
    const last = store.acceptedRevisions(name).find((one) => one.source === source) ?? null;
    const payload = numberDocument(given, { accepted: this.#withBody(last), now: clock.wallTime() });
    const judged = judgeArrival(store, { source, name }, payload);
    const blank = this.#blank({ name, source }, revisionOf(payload));
    if (judged.kind === 'refused') {
      const { code, path, message } = judged.refusal;
      return { desired: null, answer: { ...blank, verdict: 'refused', refused: { code, path, message } } };
    }
    const come = judged.kind === 'accepted' ? { hash: judged.deployment.hash, body: judged.body } : null;
    const followed = this.#follow({ name, source, hash: come?.hash ?? last?.hash ?? '' }, come);
    if (followed.kind === 'passed_over')
      return { desired: null, answer: { ...blank, verdict: 'not_followed', notes: [followed.reason] } };
    const notes = followed.note === null ? [] : [followed.note];
    return { desired: followed.desired, answer: { ...blank, notes } };
  }

  /** `come`: what is not stored. */
  #follow(
    { name, ...candidate }: { name: string; source: Source; hash: string },
    come: { hash: string; body: string } | null,
  ): Followed {
    const { store, groups } = this.#options;
    const readBody = (hash: string): string | null =>
      hash === come?.hash ? come.body : store.documentBody(hash);
    return findFollowed(candidate, { accepted: store.acceptedRevisions(name), groups, readBody });
  }

  /** Rejects as the engine does. */
  async #play(desired: Revision, blank: PlanAnswer, signal: AbortSignal): Promise<PlanAnswer> {
    const { space, journal } = this.#options;
    const { facts, record } = await readFacts(blank.deployment, desired, this.#options);
    const first = decideUnlessPaused(facts, record);
    const asked = { wants: first.wants, standings: facts.images };
    const fetched = await lookAtImages(asked, this.#options, signal);
    const played = { ...facts, images: afterFetch(facts.images, fetched) };
    const rehearsal = await this.#rehearse({ facts: played, record }, signal);
    const fetch = fetchPart(fetched);
    const blockers = blockersOf({ facts, record, first, rehearsal, fetched, fetch, space });
    const scene = { facts: played, record, rehearsal };
    return {
      ...blank,
      running: record.proven?.revision ?? null,
      blocked_by: blockers,
      services: servicesPart(scene, journal),
      resources: resourcesPart(rehearsal),
      fetch,
      disk: diskPart(readDisk(space), space.reserveBytes, fetch.bytes),
      notes: [...blank.notes, ...notesOf(scene)],
      verdict: verdictOf(scene, blockers.length > 0),
    };
  }

  /** What else the agent has to do is done between the rounds. */
  async #rehearse({ facts, record }: PlanFacts, signal: AbortSignal): Promise<Rehearsal> {
    const play = rehearse(facts, record);
    for (;;) {
      const next = play.next();
      if (next.done === true) return next.value;
      await this.#options.clock.sleep(0, signal);
      signal.throwIfAborted();
    }
  }

  #withBody(accepted: AcceptedRevision | null): AcceptedDocument | null {
    const body = accepted === null ? null : this.#options.store.documentBody(accepted.hash);
    return accepted === null || body === null ? null : { ...accepted, body };
  }

  #blank({ name, source }: { name: string; source: Source }, revision: number | null): PlanAnswer {
    return {
      ...{ deployment: name, source, revision },
      ...{ running: null, verdict: 'nothing', refused: null, blocked_by: [], services: [], resources: [] },
      ...{ fetch: { bytes: 0, images: [] }, disk: null, notes: [] },
      at: this.#options.clock.wallTime().toISOString(),
    };
  }
}
