// A plan: what this device would do with a document. The door judges it, the planner of the loops plays it through, and nothing
// is stored, told or done.
// Tested in test/agent/whole/plan.test.ts.
import type { PlanAnswer } from '../../protocol/operations/plan.ts';
import type { Revision } from '../model/revision.ts';
import { EngineUnavailable } from '../ports/engine.ts';
import type { Documents, EventJournal, Source } from '../ports/store.ts';
import { decide } from '../reconcile/decide.ts';
import { rehearse } from '../reconcile/rehearsal/rehearse.ts';
import { type ImageSpace, readDisk } from '../supply/image-space.ts';
import { blockersOf } from './blockers.ts';
import { type PlanFactsContext, readFacts } from './facts-for-plan.ts';
import { afterFetch, type FetchContext, fetchPart, lookAtImages } from './fetch.ts';
import { findFollowed } from './followed.ts';
import type { Judge } from './judged.ts';
import { notesOf } from './notes.ts';
import { numberDocument } from './number-document.ts';
import { diskPart, resourcesPart, servicesPart, verdictOf } from './parts.ts';

export interface PlannerOptions extends PlanFactsContext, FetchContext {
  readonly store: PlanFactsContext['store'] & Pick<Documents, 'acceptedRevisions'>;
  readonly judge: Judge;
  readonly groups: readonly string[];
  readonly space: ImageSpace;
  readonly journal: EventJournal;
}

export interface Asked {
  readonly document: Readonly<Record<string, unknown>>;
  readonly source: Source;
}

export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /** What registries say is waited for 1.5 s at most. Rejects for faults of the agent alone. */
  async plan({ document, source }: Asked, signal: AbortSignal): Promise<PlanAnswer> {
    const { store, judge, groups } = this.#options;
    const name = typeof document.name === 'string' ? document.name : '';
    const accepted = store.acceptedRevisions(name);
    const last = accepted.find((one) => one.source === source) ?? null;
    const value = numberDocument(document, last, (hash) => store.documentBody(hash));
    const judged = judge({ source, name }, Buffer.from(JSON.stringify(value)));
    const blank = this.#blank({ name, source }, value.revision);
    if (judged.kind === 'refused') {
      const { code, path, message } = judged.refusal;
      return { ...blank, verdict: 'refused', refused: { code, path, message } };
    }
    const come = judged.kind === 'accepted' ? { hash: judged.deployment.hash, body: judged.body } : null;
    const readBody = (hash: string): string | null =>
      hash === come?.hash ? come.body : store.documentBody(hash);
    const candidate = { source, hash: come?.hash ?? last?.hash ?? '' };
    const followed = findFollowed(candidate, { accepted, groups, readBody });
    if (followed.kind === 'passed_over')
      return { ...blank, verdict: 'not_followed', notes: [followed.reason] };
    const notes = followed.note === null ? [] : [followed.note];
    try {
      return await this.#play(followed.desired, { ...blank, notes }, signal);
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      const { code, message, hint } = error;
      return { ...blank, notes, verdict: 'blocked', blocked_by: [{ code, message, hint }] };
    }
  }

  /** Rejects as the engine does. */
  async #play(desired: Revision, blank: PlanAnswer, signal: AbortSignal): Promise<PlanAnswer> {
    const { space, journal } = this.#options;
    const { facts, record } = await readFacts(blank.deployment, desired, this.#options);
    const first = decide(facts, record);
    const asked = { wants: first.wants, standings: facts.images };
    const fetched = await lookAtImages(asked, this.#options, signal);
    const played = { ...facts, images: afterFetch(facts.images, fetched) };
    const rehearsal = rehearse(played, record);
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

  #blank({ name, source }: { name: string; source: Source }, revision: unknown): PlanAnswer {
    return {
      ...{ deployment: name, source, revision: typeof revision === 'number' ? revision : null },
      ...{ running: null, verdict: 'nothing', refused: null, blocked_by: [], services: [], resources: [] },
      ...{ fetch: { bytes: 0, images: [] }, disk: null, notes: [] },
      at: this.#options.clock.wallTime().toISOString(),
    };
  }
}
