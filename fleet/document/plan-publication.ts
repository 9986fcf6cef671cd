// What is to be published on a topic, given what is retained there and what devices have taken. Pure: data in, data out.
import * as v from 'valibot';
import { type Failed, failed } from '../../lib/document/document-failure.ts';
import type { ReadyContent } from '../../lib/document/json-document.ts';
import { isSameContent, withSalt } from '../../protocol/deployment/content.ts';
import { DEPLOYMENT_SCHEMA, type Deployment } from '../../protocol/deployment/deployment.ts';
import { parseDeployment } from '../../protocol/deployment/parse-deployment.ts';
import { contentHash } from '../../protocol/values/canonical-json.ts';
import { findRefuser, highestOf, type TakenRevision } from './learn-revisions.ts';

/** The document that stands retained on the topic; `null` where nothing does. */
export type Retained = Readonly<Record<string, unknown>> | null;

export interface PublicationRequest {
  readonly content: ReadyContent;
  readonly retained: Retained;
  readonly taken: readonly TakenRevision[];
  /** A fixed revision, instead of the next. */
  readonly revision?: number | undefined;
  /** Beats the content's own roll-out. */
  readonly percent?: number | undefined;
  readonly issuedAt: Date;
}

export interface Publication {
  /** Exactly what is, or has been, published: the hash is that of this value. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly document: Deployment;
  readonly revision: number;
  readonly hash: string;
  /** True when the retained document says the same already; then nothing is published. */
  readonly isUnchanged: boolean;
}

export type PlanResult = { readonly ok: true; readonly publication: Publication } | Failed;

const retainedSchema = v.looseObject({ revision: v.pipe(v.number(), v.integer(), v.minValue(0)) });
const rolloutSchema = v.looseObject({ salt: v.optional(v.string()) });

/** Gives content its revision and salt, and finds whether it is what stands there already. */
export function planPublication(request: PublicationRequest): PlanResult {
  const { content, retained } = request;
  const explicit = request.revision ?? numberOrUndefined(content.revision);
  if (explicit === undefined && retained !== null && !v.is(retainedSchema, retained)) {
    const message = 'the retained document has no revision that could be read';
    return failed({ code: 'unreadable_revision', message, hint: 'give one with --revision N' });
  }
  const highest = highestKnown(request);
  const revision = explicit ?? highest + 1;
  const { schema: _schema, state, revision: _revision, ...rest } = withRollout(request, revision);
  const body = { ...rest, name: content.name, state: state ?? 'present' };
  if (retained !== null && isSameContent(body, retained) && stands(request, retained, explicit))
    return finish(retained, true);
  // Never other content under a number that was published before, even if nobody took it.
  if (revision <= highest) {
    const message = `revision ${revision} is taken: ${explainTaken(request, revision)}`;
    const hint = `leave the number out, and it becomes ${highest + 1}`;
    return failed({ code: 'revision_taken', message, hint });
  }
  const issuedAt = content.issued_at ?? request.issuedAt.toISOString();
  const head = {
    schema: DEPLOYMENT_SCHEMA,
    name: content.name,
    revision,
    state: body.state,
    issued_at: issuedAt,
  };
  return finish({ ...head, ...body }, false);
}

/** Whether what is retained can stay as the answer: it has the number that is asked for, and no device refuses it. */
function stands(
  { taken }: PublicationRequest,
  retained: NonNullable<Retained>,
  explicit: number | undefined,
): boolean {
  const { revision } = retained;
  if (typeof revision !== 'number' || (explicit ?? revision) !== revision) return false;
  return findRefuser(taken, revision, contentHash(retained)) === undefined;
}

function explainTaken({ taken, retained }: PublicationRequest, revision: number): string {
  const holder = taken.find((one) => one.revision >= revision);
  return holder === undefined
    ? `revision ${String(retained?.revision)} is published already`
    : `${holder.device} knows revision ${holder.revision} already`;
}

function finish(value: Readonly<Record<string, unknown>>, isUnchanged: boolean): PlanResult {
  const parsed = parseDeployment(value);
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ path, message }) => `${path}: ${message}`);
    const message = `the document would not be valid: ${faults.join('; ')}`;
    return failed({ code: 'invalid_document', message });
  }
  const { document } = parsed.value;
  const publication = { value, document, revision: document.revision, hash: contentHash(value), isUnchanged };
  return { ok: true, publication };
}

/** The highest number that was ever published, as far as it can be known; 0 for none. */
function highestKnown({ retained, taken }: PublicationRequest): number {
  return Math.max(v.is(retainedSchema, retained) ? retained.revision : 0, highestOf(taken));
}

function withRollout(request: PublicationRequest, revision: number): ReadyContent {
  const { content, retained, percent } = request;
  const { rollout, ...rest } = content;
  if (rollout === undefined && percent === undefined) return content;
  const own = v.is(rolloutSchema, rollout) ? rollout : {};
  const asked = percent === undefined ? own : { ...own, percent };
  return {
    ...withSalt({ ...rest, rollout: asked }, retained, `${content.name}-${revision}`),
    name: content.name,
  };
}

function numberOrUndefined(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
