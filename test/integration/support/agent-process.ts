// The agent as its users run it: `holdfast agent --config FILE`, a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

const HOLDFAST = fileURLToPath(new URL('../../../agent/bin/holdfast', import.meta.url));
const STOP_DEADLINE_MS = 20_000;
const ERROR_LEVELS = ['error', 'fatal'];

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export class AgentProcess {
  readonly log: LogLine[] = [];
  /** What is no log line of pino's, such as a stack before the end. */
  readonly output: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isAskedToEnd = false;

  constructor(configFile: string) {
    this.#child = spawn(HOLDFAST, ['agent', '--config', configFile], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#take(line));
    }
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the agent could not be spawned');
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves once it has started what it knows and is ready for the broker. */
  async started(): Promise<this> {
    await waitFor('the agent to start', () => this.#hasStarted(), { lastSeen: () => this.tail() });
    return this;
  }

  #hasStarted(): boolean {
    if (!this.isRunning) throw new Error(`the agent ended at its start:\n${this.tail()}`);
    return this.log.some(({ msg }) => msg === 'agent started');
  }

  /** SIGTERM, and the exit code that follows. */
  async stop(): Promise<number | null> {
    this.#isAskedToEnd = true;
    if (this.isRunning) process.kill(this.pid, 'SIGTERM');
    const timer = setTimeout(() => process.kill(this.pid, 'SIGKILL'), STOP_DEADLINE_MS);
    await this.#ended;
    clearTimeout(timer);
    return this.#child.exitCode;
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    this.#isAskedToEnd = true;
    process.kill(this.pid, 'SIGKILL');
    await this.#ended;
  }

  /** What must never be there after a test: an end that nobody asked for, errors in the log. */
  faults(): string[] {
    const ended =
      !this.isRunning && !this.#isAskedToEnd ? [`the agent ended by itself:\n${this.tail()}`] : [];
    const errors = this.log
      .filter(({ level }) => ERROR_LEVELS.includes(level))
      .map((line) => JSON.stringify(line));
    return [...ended, ...errors, ...this.output];
  }

  tail(lines = 30): string {
    return [...this.log.map((line) => JSON.stringify(line)), ...this.output].slice(-lines).join('\n');
  }

  #take(line: string): void {
    try {
      this.log.push(JSON.parse(line));
    } catch {
      this.output.push(line);
    }
  }
}
