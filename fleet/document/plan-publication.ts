// What is to be published on a topic, given what is retained there. Pure: data in, data out.
import * as v from 'valibot';
import { canonicalJson, contentHash } from '../../protocol/canonical-json.ts';
import { DEPLOYMENT_SCHEMA, type Deployment } from '../../protocol/deployment.ts';
import { parseDeployment } from '../../protocol/parse-deployment.ts';
import type { ReadyContent } from './json-document.ts';

/** The document that stands retained on the topic; `null` where nothing does. */
export type Retained = Readonly<Record<string, unknown>> | null;

export interface PublicationRequest {
  readonly content: ReadyContent;
  readonly retained: Retained;
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

export type PlanResult =
  | { readonly ok: true; readonly publication: Publication }
  | { readonly ok: false; readonly message: string };

const retainedSchema = v.looseObject({ revision: v.pipe(v.number(), v.integer(), v.minValue(0)) });
const rolloutSchema = v.looseObject({ salt: v.optional(v.string()) });

/** Gives content its revision and salt, and finds whether it is what stands there already. */
export function planPublication(request: PublicationRequest): PlanResult {
  const { content, retained } = request;
  const explicit = request.revision ?? numberOrUndefined(content.revision);
  const next = nextRevision(retained);
  if (explicit === undefined && next === null) {
    return {
      ok: false,
      message: 'the retained document has no revision that could be read; use --revision N',
    };
  }
  const revision = explicit ?? next ?? 1;
  const { schema: _schema, state, revision: _revision, ...rest } = withRollout(request, revision);
  const body = { ...rest, name: content.name, state: state ?? 'present' };
  if (
    retained !== null &&
    isSameContent(body, retained) &&
    (explicit ?? retained.revision) === retained.revision
  ) {
    return finish(retained, true);
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

function finish(value: Readonly<Record<string, unknown>>, isUnchanged: boolean): PlanResult {
  const parsed = parseDeployment(value);
  if (!parsed.ok) {
    const faults = parsed.faults.map(({ path, message }) => `${path}: ${message}`);
    return { ok: false, message: `the document would not be valid: ${faults.join('; ')}` };
  }
  const { document } = parsed.value;
  const publication = { value, document, revision: document.revision, hash: contentHash(value), isUnchanged };
  return { ok: true, publication };
}

/** One more than what is retained, or 1; `null` when that cannot be known (e.g. a signed document). */
function nextRevision(retained: Retained): number | null {
  if (retained === null) return 1;
  return v.is(retainedSchema, retained) ? retained.revision + 1 : null;
}

/**
 * The salt decides which devices come first. It stays while only the percentage changes, so that those of 1 %
 * are among those of 10 %; other content gets a new one, so that not always the same devices come first.
 */
function withRollout(request: PublicationRequest, revision: number): ReadyContent {
  const { content, retained, percent } = request;
  const { rollout, ...rest } = content;
  if (rollout === undefined && percent === undefined) return content;
  const own = v.is(rolloutSchema, rollout) ? rollout : {};
  const kept = isSameButRollout(rest, retained) ? saltOf(retained) : undefined;
  const salt = own.salt ?? kept ?? `${content.name}-${revision}`;
  return {
    ...rest,
    name: content.name,
    rollout: { ...own, salt, ...(percent === undefined ? {} : { percent }) },
  };
}

function isSameButRollout(content: Readonly<Record<string, unknown>>, retained: Retained): boolean {
  const { rollout: _rollout, ...rest } = retained ?? {};
  return retained !== null && isSameContent(content, rest);
}

function saltOf(document: Retained): string | undefined {
  const rollout = document?.rollout;
  return v.is(rolloutSchema, rollout) ? rollout.salt : undefined;
}

/** Whether both ask the same of the device, whatever their revision and time. */
function isSameContent(one: Readonly<Record<string, unknown>>, other: NonNullable<Retained>): boolean {
  return canonicalJson(bareContent(one)) === canonicalJson(bareContent(other));
}

function bareContent(document: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { revision: _revision, issued_at: _issuedAt, schema: _schema, ...rest } = document;
  return { state: 'present', ...rest };
}

function numberOrUndefined(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
