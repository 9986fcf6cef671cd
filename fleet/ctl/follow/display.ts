// How following a roll-out looks: one line redrawn on a terminal, else one plain line per change.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { shorten } from '../../../lib/render/width.ts';
import { formatDuration } from '../../../protocol/values/duration.ts';
import { printable } from '../../../protocol/values/text.ts';
import { type Context, writeLine } from '../context/context.ts';
import type { Description } from '../render/describe-status.ts';

export interface Display {
  /** Where a device stands now. */
  show(device: string, description: Description): void;
  /** It stands nowhere any more: what is to say of it is said. */
  settle(device: string): void;
  /** A line that stays. */
  print(line: string): void;
  /** One that stays, on stderr. */
  fail(line: string): void;
  /** Clears what was only for the moment, and stops redrawing. */
  close(): void;
}

/** For `--json`: only the result is written. */
const silentDisplay: Display = {
  ...{ show: () => {}, settle: () => {}, print: () => {}, fail: () => {}, close: () => {} },
};

export function createDisplay(context: Context, isJson: boolean): Display {
  if (isJson) return silentDisplay;
  return context.stdout.isTerminal ? new LiveDisplay(context) : new PlainDisplay(context);
}

class PlainDisplay implements Display {
  readonly #context: Context;
  readonly #lastKeys = new Map<string, string>();

  constructor(context: Context) {
    this.#context = context;
  }

  show(device: string, { key, text }: Description): void {
    if (this.#lastKeys.get(device) === key) return;
    this.#lastKeys.set(device, key);
    this.print(`${device}: ${text}`);
  }

  settle(): void {}

  print(line: string): void {
    writeLine(this.#context.stdout, line);
  }

  fail(line: string): void {
    writeLine(this.#context.stderr, line);
  }

  close(): void {}
}

const CLEAR_LINE = '\r\u001b[K';
const REDRAW_MS = 1000;

class LiveDisplay implements Display {
  readonly #context: Context;
  readonly #startedMs: number;
  readonly #timer: NodeJS.Timeout;
  /** Of those that have yet to settle, the one that moved last at the end. */
  readonly #texts = new Map<string, string>();

  constructor(context: Context) {
    this.#context = context;
    this.#startedMs = context.monotonicMs();
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
  }

  show(device: string, { text }: Description): void {
    this.#texts.delete(device);
    this.#texts.set(device, text);
    this.#draw();
  }

  settle(device: string): void {
    this.#texts.delete(device);
  }

  print(line: string): void {
    this.#clear();
    writeLine(this.#context.stdout, line);
    this.#draw();
  }

  fail(line: string): void {
    this.#clear();
    writeLine(this.#context.stderr, line);
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#texts.clear();
    this.#clear();
  }

  #clear(): void {
    this.#context.stdout.write(CLEAR_LINE);
  }

  /** The device that moved last stands for all: a fleet does not fit on one line. */
  #draw(): void {
    const [device, text] = [...this.#texts].at(-1) ?? [];
    if (device === undefined || text === undefined) return;
    const elapsed = formatDuration(this.#context.monotonicMs() - this.#startedMs);
    const line = printable(`${elapsed}  ${device}: ${text}`);
    // A line that wraps could not be redrawn.
    const width = (this.#context.stdout.columns ?? 80) - 1;
    this.#context.stdout.write(`${CLEAR_LINE}${shorten(line, width, '…')}`);
  }
}
