// What `deploy` and `remove` share: read what is retained, give the next revision, publish, and follow.
import type * as v from 'valibot';
import { MAX_PAYLOAD_BYTES, parseJsonPayload } from '../../protocol/payload.ts';
import { type Addressee, formatAddressee, formatTopic } from '../../protocol/topics.ts';
import type { Broker } from '../broker/connection.ts';
import { readRetainedTopic } from '../broker/retained.ts';
import type { ReadyContent } from '../document/json-document.ts';
import { type Publication, planPublication, type Retained } from '../document/plan-publication.ts';
import { type Payload, serialize } from '../document/serialize.ts';
import { CommandFailure, EXIT, type ExitCode, usageFailure } from '../failure.ts';
import { prepareFollow } from '../follow/follow-session.ts';
import { reportOutcome, summarizeOutcome } from '../follow/report-outcome.ts';
import { type Host, writeJson, writeLine, writeNote } from '../host.ts';
import { openBroker, readPrefix, readTimeoutMs, type waitSchema } from './options.ts';

export interface PublishRequest {
  readonly to: Addressee;
  readonly content: ReadyContent;
  readonly revision?: number | undefined;
  readonly percent?: number | undefined;
  readonly options: v.InferOutput<typeof waitSchema>;
}

interface Prepared {
  readonly topic: string;
  readonly publication: Publication;
  readonly payload: Payload;
}

/** Publishes the content to its addressee and, with `--wait`, follows it to its end. */
export async function publish(request: PublishRequest, host: Host): Promise<ExitCode> {
  const { options, to } = request;
  const prefix = readPrefix(options);
  const timeoutMs = readTimeoutMs(options.timeout);
  const broker = await openBroker(options, host);
  try {
    const prepared = await prepare(request, broker, host);
    if (!options.wait) {
      await send(prepared, broker);
      return announce(request, prepared, host);
    }
    const session = await prepareFollow({ broker, prefix, to, publication: prepared.publication });
    await send(prepared, broker);
    if (!options.json) announce(request, prepared, host);
    const outcome = await session.follow({ host, isJson: options.json, timeoutMs });
    if (options.json)
      writeJson(host.stdout, { ...describe(request, prepared), ...summarizeOutcome(outcome) });
    return reportOutcome(outcome, { host, isJson: options.json });
  } finally {
    await broker.close();
  }
}

async function prepare(request: PublishRequest, broker: Broker, host: Host): Promise<Prepared> {
  const { to, content, options } = request;
  const topic = formatTopic(readPrefix(options), { kind: 'deployment', to, name: content.name });
  const retained = readDocument(await readRetainedTopic(broker, topic), topic);
  const plan = planPublication({ ...request, retained, issuedAt: host.now() });
  if (!plan.ok) throw usageFailure(plan.message);
  const { publication } = plan;
  const payload = serialize(publication.value);
  if (payload.warning !== null) writeNote(host, payload.warning);
  noteStale(publication, retained, host);
  return { topic, publication, payload };
}

function readDocument(payload: Uint8Array | null, topic: string): Retained {
  if (payload === null) return null;
  const json = parseJsonPayload(payload, MAX_PAYLOAD_BYTES);
  if (json.ok && typeof json.value === 'object' && json.value !== null) return { ...json.value };
  throw new CommandFailure({
    code: 'retained_unreadable',
    exitCode: EXIT.usage,
    message: `what is retained on ${topic} is no document: ${json.ok ? 'no object' : json.message}`,
    hint: `clear it with: mosquitto_pub -r -n -t ${topic}`,
  });
}

function noteStale({ revision, isUnchanged }: Publication, retained: Retained, host: Host): void {
  const before = retained?.revision;
  if (isUnchanged || typeof before !== 'number' || revision > before) return;
  const code = revision === before ? 'conflict' : 'stale';
  writeNote(host, `revision ${before} is published already; devices refuse revision ${revision} as ${code}`);
}

async function send({ publication, topic, payload }: Prepared, broker: Broker): Promise<void> {
  if (!publication.isUnchanged) await broker.publishRetained(topic, payload.text);
}

function announce(request: PublishRequest, prepared: Prepared, host: Host): ExitCode {
  const { publication } = prepared;
  const what = `${publication.document.name} revision ${publication.revision}`;
  const to = formatAddressee(request.to);
  if (request.options.json) writeJson(host.stdout, describe(request, prepared));
  else if (publication.isUnchanged) writeLine(host.stdout, `nothing to change: ${to} has ${what} already`);
  else writeLine(host.stdout, `published ${what} to ${to}`);
  return EXIT.good;
}

function describe(
  request: PublishRequest,
  { publication, payload, topic }: Prepared,
): Record<string, unknown> {
  const { document, revision, hash, isUnchanged } = publication;
  const to = formatAddressee(request.to);
  return { name: document.name, to, topic, revision, hash, published: !isUnchanged, bytes: payload.bytes };
}
