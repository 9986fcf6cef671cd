// Starts and ends of one deployment's containers, as the engine tells them: what a look now and then could miss.
import { createInterface } from 'node:readline';
import type { TestEngine } from './test-engine.ts';

interface Turn {
  readonly action: 'start' | 'die';
  readonly container: string;
  readonly atMs: number;
}

/** One event of the engine; its numbers of nanoseconds pass what JSON carries exactly, by far less than a millisecond. */
interface EngineEvent {
  readonly Action: Turn['action'];
  readonly Actor: { readonly ID: string };
  readonly timeNano: number;
}

export class InstanceWatch {
  readonly turns: Turn[] = [];
  readonly #end: () => void;

  private constructor(stream: NodeJS.ReadableStream, end: () => void) {
    this.#end = end;
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => this.#take(JSON.parse(line)));
    // The stream ends by being aborted, which counts as an error of it.
    lines.on('error', () => undefined);
  }

  /** For a deployment that has no container yet. `close` it, or the engine goes on telling. */
  static async begin({ docker }: TestEngine, deployment: string): Promise<InstanceWatch> {
    const abort = new AbortController();
    const stream = await docker.getEvents({
      abortSignal: abort.signal,
      filters: {
        type: ['container'],
        event: ['start', 'die'],
        label: [`io.holdfast.deployment=${deployment}`],
      },
    });
    return new InstanceWatch(stream, () => abort.abort());
  }

  /** How many ran at once after each turn, those before the turn number `from` left out. */
  counts(from = 0): number[] {
    const running = new Set<string>();
    const counts = this.turns.map(({ action, container }) => {
      if (action === 'start') running.add(container);
      else running.delete(container);
      return running.size;
    });
    return counts.slice(from);
  }

  /** When a container first started, or last ended, in milliseconds since 1970: a busy machine may restart it. */
  timeOf(action: Turn['action'], container: string): number {
    const turns = this.turns.filter((other) => other.action === action && other.container === container);
    const turn = action === 'start' ? turns[0] : turns.at(-1);
    if (turn === undefined) throw new Error(`${container} did not ${action}`);
    return turn.atMs;
  }

  close(): void {
    this.#end();
  }

  #take({ Action: action, Actor: { ID: container }, timeNano }: EngineEvent): void {
    this.turns.push({ action, container, atMs: timeNano / 1e6 });
  }
}
