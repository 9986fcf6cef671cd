// The `Engine` port over the fake daemon, as one client of it: calls take time, go wrong when told to, and
// are never answered once the client is gone, though what it had asked still happens.
import { toOutcome } from '../../agent/docker/step-error.ts';
import type { OutputLine } from '../../agent/model/last-words.ts';
import type { StepOutcome } from '../../agent/model/steps.ts';
import {
  type Creation,
  type Engine,
  type EngineFacts,
  type EnginePullOptions,
  type EngineStep,
  EngineUnavailable,
  type EngineView,
  type ImageLook,
  type ImageProcessLook,
  type ImageRemoval,
  type LogLine,
  type LogOptions,
  type LogsOutcome,
} from '../../agent/ports/engine.ts';
import type { PullOutcome } from '../../agent/ports/supplier.ts';
import { CallFaults, type CallName, type EngineWords } from './engine/call-faults.ts';
import { Container } from './engine/container.ts';
import { type Daemon, DONE, engineError } from './engine/daemon.ts';
import { type Gate, OPEN_GATE, passed } from './one-life.ts';
import { between } from './random.ts';

/** As the real client has it for calls that answer at once. */
const CALL_TIMEOUT_MS = 60_000;
const QUERY_MS = [1, 6] as const;
const STEP_MS = [10, 80] as const;
const EVENT_MS = [1, 30] as const;
const DUMP_MS = [20, 900] as const;
const MAX_DUMP_MS = 1000;
const DUMP: readonly OutputLine[] = [
  { stream: 'stderr', text: 'Current thread 0x00007f1 (most recent call first):' },
  { stream: 'stderr', text: '  File "/app/main.py", line 7 in serve' },
];
const NEVER = new AbortController().signal;

/** What the real client adds to the grace of a container that is to end. */
const STOP_MARGIN_MS = 60_000;
const STOP_TIMEOUT: StepOutcome = { ok: false, code: 'stop_timeout', message: 'planned hang' };

export class MemoryEngine implements Engine {
  readonly daemon: Daemon;
  readonly faults: CallFaults;
  /** The share of events that never arrive, from 0 to 1. */
  eventLoss = 0;
  /** Containers whose threads are being asked now. */
  readonly asking = new Set<string>();
  /** Every step asked for, in order. */
  readonly asked: EngineStep[] = [];
  readonly #gone = new AbortController();
  readonly #gate: Gate;

  constructor(daemon: Daemon, faults = new CallFaults(daemon.random), gate = OPEN_GATE) {
    this.daemon = daemon;
    this.faults = faults;
    this.#gate = gate;
  }

  /** Another client of the same daemon, with the same plan of faults. */
  reconnect(): MemoryEngine {
    const next = new MemoryEngine(this.daemon, this.faults);
    next.eventLoss = this.eventLoss;
    return next;
  }

  /** The client's process is gone: nothing is answered any more, and its pulls are given up. */
  drop(): void {
    this.#gone.abort();
  }

  facts(): Promise<EngineFacts> {
    return this.#query('facts', () => ({
      name: 'docker',
      version: this.daemon.version,
      apiVersion: this.daemon.apiVersion,
      storageDriver: 'overlay2',
      cgroupVersion: '2',
      dataRoot: '/var/lib/docker',
      enforces: this.daemon.enforces,
    }));
  }

  observe(deployment: string): Promise<EngineView> {
    return this.#query('observe', () => this.daemon.observe(deployment));
  }

  /** They run as root. */
  imageProcess(_reference: string): Promise<ImageProcessLook> {
    return this.#query('imageProcess', () => ({ ok: true, process: {} }));
  }

  inspectImage(reference: string): Promise<ImageLook> {
    return this.#query('inspectImage', () => this.daemon.images.look(reference));
  }

  async pullImage(reference: string, options: EnginePullOptions): Promise<PullOutcome> {
    const session = await this.#arrive('pullImage', QUERY_MS);
    const fault = this.faults.take('pullImage');
    if (fault === 'unavailable') return this.#fail();
    if (fault === 'hang') await this.#untilAborted(AbortSignal.any([options.signal, session]));
    if (fault === 'fail') return this.#answer({ ok: false, code: 'pull_failed', message: 'planned' });
    const signal = AbortSignal.any([options.signal, session, this.#gone.signal]);
    const onProgress: EnginePullOptions['onProgress'] = (progress) => {
      this.#gate.admit(() => {
        if (!this.#gone.signal.aborted) options.onProgress(progress);
      });
    };
    const outcome = await this.daemon.images.pull(reference, { ...options, onProgress, signal });
    const isCutOff = session.aborted && !options.signal.aborted;
    if (isCutOff || fault === 'lose') return this.#fail();
    if (fault === 'fail_after') return this.#answer({ ok: false, code: 'pull_failed', message: 'planned' });
    return this.#answer(outcome);
  }

  imagesInUse(): Promise<ReadonlySet<string>> {
    return this.#query('imagesInUse', () => this.daemon.imagesInUse());
  }

  async removeImage(image: { readonly reference: string; readonly imageId: string }): Promise<ImageRemoval> {
    const session = await this.#arrive('removeImage', STEP_MS);
    const fault = this.faults.take('removeImage');
    if (fault === 'unavailable') return this.#fail();
    if (fault === 'hang') await this.#untilAborted(session);
    if (fault === 'fail') return this.#answer({ kind: 'failed', message: 'planned failure' });
    if (session.aborted) return this.#fail();
    const removal = this.daemon.images.removeName(image, this.daemon.imagesInUse());
    if (fault === 'lose') return this.#fail();
    if (fault === 'fail_after') return this.#answer({ kind: 'failed', message: 'planned failure' });
    return this.#answer(removal);
  }

  /** All that it wrote to one stream, at no time that is known; follows nothing. */
  readLogs(id: string, { tail }: LogOptions): Promise<LogsOutcome> {
    return this.#query('readLogs', () => {
      const container = this.daemon.containers.get(id);
      if (container === undefined) return { kind: 'missing' };
      const texts = tail === 0 ? [] : container.lines.slice(-(tail ?? container.lines.length));
      return { kind: 'lines', lines: linesOf(texts) };
    });
  }

  async carryOut(deployment: string, step: EngineStep): Promise<StepOutcome> {
    if (this.#gone.signal.aborted) return never();
    this.asked.push(step);
    for (const listen of this.daemon.stepListeners) listen(deployment, step);
    const session = await this.#arrive(step.kind, STEP_MS);
    const fault = this.faults.take(step.kind);
    const refusal = this.faults.refusals.get(step.kind);
    if (refusal !== undefined) return this.#answer(outcomeOf(refusal));
    if (fault === 'unavailable') return this.#fail();
    if (fault === 'fail') return this.#answer(engineError('planned failure'));
    if (fault === 'hang') {
      const isEnding = 'graceMs' in step;
      await this.daemon.clock.sleep(isEnding ? step.graceMs + STOP_MARGIN_MS : CALL_TIMEOUT_MS, session);
      return isEnding && !session.aborted ? this.#answer(STOP_TIMEOUT) : this.#fail();
    }
    const asksThreads = step.kind === 'read_last_logs' && step.asksThreads === true;
    const threads = asksThreads ? await this.#askThreads(step.container, session) : [];
    const outcome = withThreads(await this.#takeEffect(deployment, step, session), threads);
    if (session.aborted || fault === 'lose') return this.#fail();
    return this.#answer(fault === 'fail_after' ? engineError('planned failure after the effect') : outcome);
  }

  /** A Python that hangs tells where within a second, or nothing does. */
  async #askThreads(id: string, session: AbortSignal): Promise<readonly OutputLine[]> {
    const { clock, random, containers } = this.daemon;
    const isHanging = (containers.get(id)?.hangsSinceMs ?? null) !== null;
    const answers = isHanging && random() < 0.5;
    this.asking.add(id);
    await clock.sleep(answers ? between(random, ...DUMP_MS) : MAX_DUMP_MS, session);
    this.asking.delete(id);
    return answers ? DUMP : [];
  }

  async watch(onEvent: (deployment: string) => void, signal: AbortSignal): Promise<void> {
    const session = await this.#arrive('watch', QUERY_MS);
    const { clock, random } = this.daemon;
    const stop = this.daemon.watch((deployment) => {
      const { lostEvents, lateEventsMs } = this.faults;
      const loss = Math.max(this.eventLoss, lostEvents);
      if (loss > 0 && random() < loss) return;
      const lateMs = lateEventsMs > 0 ? between(random, 0, lateEventsMs) : 0;
      clock.schedule(between(random, ...EVENT_MS) + lateMs, () => {
        if (session.aborted) return;
        this.#gate.admit(() => {
          if (!signal.aborted && !this.#gone.signal.aborted) onEvent(deployment);
        });
      });
    });
    await this.#untilAborted(AbortSignal.any([signal, session, this.#gone.signal]));
    stop();
    if (!signal.aborted) return this.#fail();
  }

  #takeEffect(deployment: string, step: EngineStep, session: AbortSignal): Promise<StepOutcome> {
    if (step.kind === 'create_container') return this.#create(deployment, step, session);
    return this.daemon.carryOut(deployment, step);
  }

  /** Only the first network is joined by the create call itself; a cut may fall before the others. */
  async #create(
    deployment: string,
    { spec, name, peers }: Creation,
    session: AbortSignal,
  ): Promise<StepOutcome> {
    const made = this.daemon.create(deployment, { spec, name, peers });
    if (!(made instanceof Container)) return made;
    const [, ...further] = Object.keys(spec.networks);
    for (const network of further) {
      await this.daemon.clock.sleep(between(this.daemon.random, ...STEP_MS), session);
      if (session.aborted || this.#gone.signal.aborted) return DONE;
      made.networks.add(network);
    }
    return { ok: true, container: made.id };
  }

  async #query<T>(name: CallName, read: () => T): Promise<T> {
    const session = await this.#arrive(name, QUERY_MS);
    const fault = this.faults.take(name);
    if (fault === 'hang') await this.daemon.clock.sleep(CALL_TIMEOUT_MS, session);
    if (fault !== null || session.aborted) return this.#fail();
    return this.#answer(read());
  }

  /** The way of a call to the engine, which may not be there. */
  async #arrive(_name: CallName, [minMs, maxMs]: readonly [number, number]): Promise<AbortSignal> {
    if (this.#gone.signal.aborted) return never();
    const { clock, random, session } = this.daemon;
    await clock.sleep(between(random, minMs, maxMs), NEVER);
    if (this.#gone.signal.aborted) return never();
    // A call that was on its way when the engine ended is as lost as one that came later.
    if (session === null || session.aborted) return this.#fail();
    return session;
  }

  async #answer<T>(answer: T): Promise<T> {
    await passed(this.#gate);
    return this.#gone.signal.aborted ? never() : answer;
  }

  async #fail(): Promise<never> {
    this.daemon.silentMs = this.daemon.clock.monotonicMs();
    await passed(this.#gate);
    if (this.#gone.signal.aborted) return never();
    throw unavailable();
  }

  #untilAborted(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}

async function* linesOf(texts: readonly string[]): AsyncGenerator<LogLine> {
  yield* texts.map((text) => ({ stream: 'stdout', at: null, text }) as const);
}

/** As the room that speaks to the engine makes it of such an answer. */
function outcomeOf({ status, message }: EngineWords): StepOutcome {
  return toOutcome(Object.assign(new Error(message), { statusCode: status, json: { message } }));
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

function unavailable(): EngineUnavailable {
  return new EngineUnavailable('the fake engine does not answer', { cause: null, hint: 'it is a fake' });
}

function withThreads(outcome: StepOutcome, threads: readonly OutputLine[]): StepOutcome {
  return outcome.ok && threads.length > 0 ? { ...outcome, threads } : outcome;
}
