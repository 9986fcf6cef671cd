import type { Clock } from '../../lib/time/clock.ts';
import { type LogItem, logs } from '../../protocol/operations/logs.ts';
import { sinceMs } from '../../protocol/operations/stream-args.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { cutText } from '../../protocol/values/text.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import { type Engine, EngineUnavailable, type LogLine } from '../ports/engine.ts';
import type { KeptLogs } from '../ports/kept-logs.ts';
import type { Documents } from '../ports/store.ts';
import { maskOfDocuments } from '../secrets/document-mask.ts';
import type { Mask } from '../secrets/mask.ts';
import { type LogSource, presentSource, previousSource } from './log-source.ts';
import { type Offer, type Outcome, offer, type Refused } from './offer.ts';
import { type Known, type NamedService, resolveService } from './resolve-name.ts';

const DEFAULT_TAIL = 200;
/** Of earlier runs, which have to be kept until the last of them is read. */
const MAX_KEPT = 1000;
const MAX_TEXT = 4000;

export interface LogSources {
  readonly engine: Pick<Engine, 'observe' | 'readLogs'>;
  readonly state: Pick<AgentState, 'statuses'>;
  readonly store: Pick<Documents, 'keptDocuments'>;
  readonly keptLogs: Pick<KeptLogs, 'find'>;
  readonly clock: Clock;
}

interface Wanted {
  readonly follow: boolean;
  readonly since: string | null;
  readonly tail: number;
  readonly signal: AbortSignal;
}

export function offerLogs(sources: LogSources): Offer<LogItem> {
  return offer(logs, async ({ service, follow = false, since, tail = DEFAULT_TAIL, previous }, signal) => {
    const resolved = resolveService(service, inOrder(sources.state.statuses.value).map(withFailed));
    if (resolved.kind !== 'found') return resolved;
    const from =
      since === undefined ? null : new Date(sinceMs(since, sources.clock.wallTime())).toISOString();
    try {
      const source = await findSource(sources, resolved.named, previous === true);
      if ('code' in source) return source;
      return await read(sources, source, { follow, since: from, tail, signal });
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      return { kind: 'failed', code: error.code, message: error.message };
    }
  });
}

/** With services that only an update had which was taken back. */
function withFailed({ barred, services, ...status }: Status): Known[number] {
  return { ...status, services: { ...barred?.services, ...services } };
}

async function findSource(
  { engine, state, keptLogs }: LogSources,
  { deployment, service }: NamedService,
  isPrevious: boolean,
): Promise<LogSource | Refused> {
  const { containers } = await engine.observe(deployment);
  const own = containers.filter((container) => container.service === service);
  const told = state.statuses.value.get(deployment)?.services[service]?.container ?? null;
  const kept = isPrevious ? await keptLogs.find({ deployment, service }) : null;
  const source = isPrevious ? previousSource(own, told, kept) : presentSource(own, told);
  const what = isPrevious ? 'no container ran before' : 'there is no container';
  const message = `${what} of ${deployment}/${service}`;
  return source ?? { kind: 'not_found', code: 'no_container', message };
}

async function read(
  { engine, store }: LogSources,
  source: LogSource,
  wanted: Wanted,
): Promise<Outcome<LogItem>> {
  if ('kept' in source) return { kind: 'stream', items: toldOf(source, wanted, store) };
  const isEarlier = source.until !== null;
  // The engine counts the newest before it looks at how old they are.
  const tail = isEarlier ? null : wanted.tail;
  const asked = { ...wanted, until: source.until, tail, follow: wanted.follow && !isEarlier };
  const outcome = await engine.readLogs(source.container, asked);
  if (outcome.kind === 'missing')
    return { kind: 'not_found', code: 'no_container', message: 'the container was removed just now' };
  if (outcome.kind === 'refused')
    return { kind: 'refused', code: 'no_logs', message: `the engine does not give them: ${outcome.message}` };
  const lines = isEarlier ? newestOf(outcome.lines, Math.min(wanted.tail, MAX_KEPT)) : outcome.lines;
  return { kind: 'stream', items: told(source.note, lines, maskOfDocuments(store.keptDocuments())) };
}

function toldOf(
  { kept, note }: { readonly kept: readonly LogLine[]; readonly note: string },
  { since, tail }: Wanted,
  store: LogSources['store'],
): AsyncGenerator<LogItem> {
  const recent = since === null ? kept : kept.filter(({ at }) => at !== null && at >= since);
  const newest = tail === 0 ? [] : recent.slice(-tail);
  return told(note, fromArray(newest), maskOfDocuments(store.keptDocuments()));
}

async function* fromArray(lines: readonly LogLine[]): AsyncGenerator<LogLine> {
  yield* lines;
}

async function* told(note: string, lines: AsyncIterable<LogLine>, mask: Mask): AsyncGenerator<LogItem> {
  yield says(note);
  let isEmpty = true;
  try {
    for await (const { stream, at, text } of lines) {
      isEmpty = false;
      // Masked before it is cut: half of a secret is one.
      yield { stream, at, text: cutText(mask(text), MAX_TEXT) };
    }
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    yield says(`the engine broke off: ${error.message}`);
    return;
  }
  if (isEmpty) yield says('nothing was written, or nothing of it is kept');
}

function says(text: string): LogItem {
  return { stream: 'agent', at: null, text };
}

async function* newestOf(lines: AsyncIterable<LogLine>, count: number): AsyncGenerator<LogLine> {
  const kept: LogLine[] = [];
  for await (const line of lines) {
    kept.push(line);
    if (kept.length > count) kept.shift();
  }
  yield* kept;
}
