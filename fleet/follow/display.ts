// How following a roll-out looks: one line redrawn on a terminal, else one plain line per change.
import { formatDuration } from '../../protocol/duration.ts';
import type { Description } from '../devices/describe-status.ts';
import { type Host, writeLine } from '../host.ts';

export interface Display {
  /** Where a device stands now. */
  show(device: string, description: Description): void;
  /** A line that stays. */
  print(line: string): void;
  /** Clears what was only for the moment, and stops redrawing. */
  close(): void;
}

/** For `--json`: only the result is written. */
const silentDisplay: Display = { show: () => {}, print: () => {}, close: () => {} };

export function createDisplay(host: Host, isJson: boolean): Display {
  if (isJson) return silentDisplay;
  return host.stdout.isTerminal ? new LiveDisplay(host) : new PlainDisplay(host);
}

class PlainDisplay implements Display {
  private readonly host: Host;
  private readonly lastKeys = new Map<string, string>();

  constructor(host: Host) {
    this.host = host;
  }

  show(device: string, { key, text }: Description): void {
    if (this.lastKeys.get(device) === key) return;
    this.lastKeys.set(device, key);
    this.print(`${device}: ${text}`);
  }

  print(line: string): void {
    writeLine(this.host.stdout, line);
  }

  close(): void {}
}

const CLEAR_LINE = '\r\u001b[K';
const REDRAW_MS = 1000;

class LiveDisplay implements Display {
  private readonly host: Host;
  private readonly startedMs: number;
  private readonly timer: NodeJS.Timeout;
  private readonly texts = new Map<string, string>();
  private latest: string | null = null;

  constructor(host: Host) {
    this.host = host;
    this.startedMs = host.monotonicMs();
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  show(device: string, { text }: Description): void {
    this.texts.set(device, text);
    this.latest = device;
    this.draw();
  }

  print(line: string): void {
    this.host.stdout.write(`${CLEAR_LINE}${line}\n`);
    this.draw();
  }

  close(): void {
    clearInterval(this.timer);
    this.latest = null;
    this.host.stdout.write(CLEAR_LINE);
  }

  /** The device that moved last stands for all: a fleet does not fit on one line. */
  private draw(): void {
    if (this.latest === null) return;
    const elapsed = formatDuration(this.host.monotonicMs() - this.startedMs);
    const line = `${elapsed}  ${this.latest}: ${this.texts.get(this.latest) ?? ''}`;
    // A line that wraps could not be redrawn.
    const width = (this.host.stdout.columns ?? 80) - 1;
    const clipped = line.length > width ? `${line.slice(0, width - 1)}…` : line;
    this.host.stdout.write(`${CLEAR_LINE}${clipped}`);
  }
}
