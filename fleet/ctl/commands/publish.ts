// What `deploy` and `remove` share: take stock, give the next revision, publish, and follow.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import type * as v from 'valibot';
import { failureOf } from '../../../lib/document/failure-of.ts';
import type { ReadyContent } from '../../../lib/document/json-document.ts';
import { type Payload, serialize } from '../../../lib/document/serialize.ts';
import { CommandFailure, UsageError } from '../../../lib/program/command-failure.ts';
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { MAX_PAYLOAD_BYTES, parseJsonPayload } from '../../../protocol/payload.ts';
import { type Addressee, formatAddressee, formatTopic } from '../../../protocol/topics.ts';
import { learnRevisions } from '../../document/learn-revisions.ts';
import { type Publication, planPublication, type Retained } from '../../document/plan-publication.ts';
import { sourceOf } from '../../view/sources.ts';
import type { Broker } from '../broker/broker.ts';
import { type Context, writeJson, writeLine, writeNote } from '../context/context.ts';
import { FleetWatch } from '../follow/fleet-watch.ts';
import { type Aim, prepareFollow } from '../follow/follow-all.ts';
import { devicesOf, exitCodeOf, type Outcome } from '../follow/outcome.ts';
import { checkKnown, checkOwn } from './check-known.ts';
import { noteGaps } from './note-gaps.ts';
import { notePurge } from './note-purge.ts';
import { openBroker, type publishSchema, readPrefix, readTimeoutMs } from './options.ts';
import { describeOverride, groupBehind } from './overrides.ts';
import { type Stock, takeStock } from './take-stock.ts';

export interface PublishRequest {
  readonly to: readonly Addressee[];
  readonly content: ReadyContent;
  readonly revision?: number | undefined;
  readonly percent?: number | undefined;
  /** Somebody must have the deployment. */
  readonly mustExist: boolean;
  readonly options: v.InferOutput<typeof publishSchema>;
}

/** What one addressee is to be sent. */
interface Prepared {
  readonly to: Addressee;
  readonly topic: string;
  readonly publication: Publication;
  readonly payload: Payload;
  /** The group whose document this one hides, or lets through again. */
  readonly group: string | null;
}

/** Publishes the content to each addressee and, with `--wait`, follows it to its end. */
export async function publish(request: PublishRequest, context: Context): Promise<ExitCode> {
  const { options, to, content } = request;
  const prefix = readPrefix(options, context);
  const timeoutMs = readTimeoutMs(options.timeout);
  if (content.state === 'inherit' && to.some(({ kind }) => kind === 'group'))
    throw new UsageError(
      '"inherit" ends the document of a device, and not of a group',
      'write --to devices/ID',
    );
  const broker = await openBroker(options, context);
  const sent: Prepared[] = [];
  try {
    const stock = await takeStock(broker, { prefix, to, name: content.name });
    noteGaps(stock, context);
    // Nothing is published before all of it is known to be good.
    const prepared: Prepared[] = [];
    for (const one of to) prepared.push(await prepare(request, one, { broker, prefix, stock, context }));
    const { view, filters } = stock;
    const follow = prepareFollow(
      prepared.map((one) => aimOf(one, to)),
      view,
    );
    for (const one of prepared) {
      if (!one.publication.isUnchanged) await broker.publishRetained(one.topic, one.payload.text);
      sent.push(one);
      if (!options.json) announce(one, context);
    }
    if (!options.wait) return tellPublished(prepared, stock, { request, context });
    const watch = new FleetWatch(broker, {
      view,
      filters,
      context,
      connect: () => openBroker(options, context),
    });
    try {
      const outcomes = await follow({ ...{ watch, view, timeoutMs, context }, isJson: options.json });
      return tellEnd(prepared, outcomes, { stock, request, context });
    } finally {
      await watch.close();
    }
  } catch (error) {
    throw sent.length === 0 ? error : asPublished(error, sent, context);
  } finally {
    await broker.close();
  }
}

interface PublishContext {
  readonly broker: Broker;
  readonly prefix: string;
  readonly stock: Stock;
  readonly context: Context;
}

async function prepare(
  request: PublishRequest,
  to: Addressee,
  { broker, prefix, stock, context }: PublishContext,
): Promise<Prepared> {
  const { content, options, mustExist } = request;
  const { name } = content;
  if (!options.force) {
    await checkKnown(broker, stock, { prefix, to, name, mustExist });
    if (content.state === 'inherit') checkOwn(stock, { prefix, to, name });
  }
  const topic = formatTopic(prefix, { kind: 'deployment', to, name });
  const retained = readDocument(stock.documents.get(topic) ?? null, topic);
  notePurge(content, retained, context);
  const taken = learnRevisions(stock.view, to, name);
  const plan = planPublication({ ...request, retained, taken, issuedAt: context.now() });
  if (!plan.ok) throw failureOf(plan.failure, formatAddressee(to));
  const { publication } = plan;
  const serialized = serialize(publication.value);
  if (!serialized.ok) throw failureOf(serialized.failure);
  const { payload } = serialized;
  if (payload.warning !== null) writeNote(context, payload.warning);
  return { to, topic, publication, payload, group: groupBehind(stock, { prefix, to, name }) };
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

function aimOf({ to, publication }: Prepared, all: readonly Addressee[]): Aim {
  const { document, revision, hash, isUnchanged } = publication;
  const desired = { name: document.name, source: sourceOf(to), revision, hash, state: document.state };
  return { publications: { to, document, all }, desired, isUnchanged };
}

function announce({ to, publication, group }: Prepared, context: Context): void {
  const { document, revision, isUnchanged } = publication;
  const what = `${document.name} revision ${revision}`;
  const whom = formatAddressee(to);
  if (isUnchanged) {
    writeLine(context.stdout, `nothing to change: ${whom} has ${what} already`);
    return;
  }
  writeLine(context.stdout, `published ${what} to ${whom}`);
  const override = describeOverride(to, document, group);
  if (override !== null) writeNote(context, override);
}

/** Of what was published, and not waited for. */
function tellPublished(
  prepared: readonly Prepared[],
  { cut }: Stock,
  { request, context }: { readonly request: PublishRequest; readonly context: Context },
): ExitCode {
  const exitCode = cut.length > 0 ? EXIT.badNews : EXIT.good;
  if (request.options.json)
    writeJson(
      context.stdout,
      asOne(prepared.map(describe), { complete: cut.length === 0, exit_code: exitCode }),
    );
  return exitCode;
}

/** Of what was waited for. Of devices that the broker may have held back nobody knows how they fared. */
function tellEnd(
  prepared: readonly Prepared[],
  outcomes: readonly Outcome[],
  {
    stock,
    request,
    context,
  }: { readonly stock: Stock; readonly request: PublishRequest; readonly context: Context },
): ExitCode {
  const isComplete = stock.cut.length === 0;
  const seen = exitCodeOf(outcomes);
  const exitCode = seen === EXIT.good && !isComplete ? EXIT.badNews : seen;
  if (request.options.json) {
    const publications = prepared.map((one, index) => {
      const outcome = outcomes[index];
      return { ...describe(one), devices: outcome === undefined ? [] : devicesOf(outcome, stock.view) };
    });
    writeJson(context.stdout, asOne(publications, { complete: isComplete, exit_code: exitCode }));
  }
  return exitCode;
}

/** One publication stands for itself; of several there is a list. */
function asOne(publications: readonly object[], sum: object): object {
  const [first] = publications;
  return publications.length === 1 ? { ...first, ...sum } : { publications, ...sum };
}

function describe({ to, topic, publication, payload, group }: Prepared): Record<string, unknown> {
  const { document, revision, hash, isUnchanged } = publication;
  const { name, state } = document;
  const published = !isUnchanged;
  const overrides = state === 'inherit' ? null : group;
  return { name, to: formatAddressee(to), topic, revision, hash, published, overrides, bytes: payload.bytes };
}

/** A command that ends early has published all the same. */
function asPublished(error: unknown, sent: readonly Prepared[], context: Context): unknown {
  const isInterrupt = context.signal.aborted;
  if (!isInterrupt && !(error instanceof CommandFailure)) return error;
  const { code, exitCode, message, details } =
    !isInterrupt && error instanceof CommandFailure
      ? error
      : { code: 'interrupted', exitCode: EXIT.interrupted, message: 'interrupted', details: {} };
  const what = sent.map(({ to, publication }) => {
    return `${publication.document.name} revision ${publication.revision} for ${formatAddressee(to)}`;
  });
  return new CommandFailure({
    ...{ code, exitCode, message, cause: error },
    hint: `${what.join(', ')} stays published, and the devices go on; holdfastctl status tells how they fare`,
    details: { ...details, publications: sent.map(describe) },
  });
}
