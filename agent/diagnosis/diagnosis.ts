// The findings of this device: looked for in each round and whenever somebody asks, with what was seen before, also before
// a restart of the agent.
// Tested in test/agent/whole/findings.test.ts.
import type { Clock } from '../../lib/time/clock.ts';
import type { BriefFinding, Finding } from '../../protocol/reports/finding.ts';
import { MAX_BRIEF_TITLE, MAX_TOLD_FINDINGS } from '../../protocol/reports/state.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { cutText, printable } from '../../protocol/values/text.ts';
import type { Facts } from '../findings/facts.ts';
import { findAll, findCauses } from '../findings/find.ts';
import { keptOf, type Memory, memoryOf } from '../findings/memory.ts';
import type { AgentState } from '../notices/agent-state.ts';
import type { SeenKeeper } from './seen-keeper.ts';

/** A round comes at every status; what lasts so short need not be looked for in each. */
const LOOK_EVERY_MS = 2000;

export interface DiagnosisOptions {
  readonly clock: Clock;
  readonly facts: { read(): Facts };
  readonly keeper: Pick<SeenKeeper, 'seen' | 'keep'>;
  /** Those that are told upstream. */
  readonly state: AgentState['findings'];
}

export interface Diagnosed {
  readonly findings: readonly Finding[];
  readonly folded: readonly Finding[];
  /** That they are made from. */
  readonly statuses: readonly Status[];
  readonly at: string;
}

export class Diagnosis {
  readonly #options: DiagnosisOptions;
  #memory: Memory;
  #nextLookMs = Number.NEGATIVE_INFINITY;

  constructor(options: DiagnosisOptions) {
    this.#options = options;
    const { clock, keeper } = options;
    this.#memory = memoryOf(keeper.seen.findings, { nowMs: clock.monotonicMs(), now: clock.wallTime() });
  }

  /** To be called again and again. */
  look(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs < this.#nextLookMs) return;
    const facts = this.#options.facts.read();
    const { roots, memory } = findCauses(facts, this.#memory, nowMs);
    this.#note(roots, memory, { facts, nowMs });
  }

  /** As it is now. */
  find(): Diagnosed {
    const { clock, facts: reader } = this.#options;
    const nowMs = clock.monotonicMs();
    const facts = reader.read();
    const { findings, folded, memory } = findAll(facts, this.#memory, nowMs);
    this.#note(findings, memory, { facts, nowMs });
    return { findings, folded, statuses: facts.statuses, at: facts.now.toISOString() };
  }

  #note(
    causes: readonly BriefFinding[],
    memory: Memory,
    { facts, nowMs }: { readonly facts: Facts; readonly nowMs: number },
  ): void {
    const { keeper } = this.#options;
    this.#memory = memory;
    keeper.keep({
      engine: facts.engine.facts?.version ?? keeper.seen.engine,
      engineChange: facts.engineChange,
      findings: keptOf(memory, nowMs),
    });
    this.#nextLookMs = nowMs + LOOK_EVERY_MS;
    this.#options.state.set(causes.slice(0, MAX_TOLD_FINDINGS).map(toBrief));
  }
}

function toBrief({ id, severity, title }: BriefFinding): BriefFinding {
  return { id, severity, title: cutText(printable(title), MAX_BRIEF_TITLE) };
}
