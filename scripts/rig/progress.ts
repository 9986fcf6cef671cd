/** Tells a person that something goes on: silent below two seconds, then one line that lives or a line every ten. */

const SILENT_MS = 2_000;
const REDRAW_MS = 250;
const LINE_MS = 10_000;

export interface Progress {
  /** Runs `work`; its title is shown for as long as it takes, and its time when it took long. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
}

export const quietProgress: Progress = { step: (_title, work) => work() };

export function createProgress(out: NodeJS.WriteStream = process.stderr): Progress {
  const running = new Map<symbol, { title: string; startedAt: number }>();
  let timer: NodeJS.Timeout | undefined;

  const print = (line: string) => {
    out.write(out.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
  };
  const redraw = () => {
    const slow = [...running.values()].filter(({ startedAt }) => elapsedMs(startedAt) >= SILENT_MS);
    if (slow.length === 0) return;
    const line = slow.map(({ title, startedAt }) => `${title} … ${seconds(startedAt)}`).join(', ');
    if (out.isTTY) out.write(`\r\x1b[K${line.slice(0, out.columns - 1)}`);
    else print(`  ${line}`);
  };
  const tick = (delayMs: number) => {
    timer = setTimeout(() => {
      redraw();
      tick(out.isTTY ? REDRAW_MS : LINE_MS);
    }, delayMs);
    // The work holds the process alive; showing it must not.
    timer.unref();
  };

  return {
    async step(title, work) {
      const key = Symbol(title);
      const startedAt = performance.now();
      running.set(key, { title, startedAt });
      if (running.size === 1) tick(SILENT_MS);
      try {
        const result = await work();
        if (elapsedMs(startedAt) >= SILENT_MS) print(`  ${title}: done in ${seconds(startedAt)}`);
        return result;
      } catch (error) {
        print(`  ${title}: failed after ${seconds(startedAt)}`);
        throw error;
      } finally {
        running.delete(key);
        if (running.size === 0) clearTimeout(timer);
      }
    },
  };
}

function elapsedMs(since: number): number {
  return performance.now() - since;
}

function seconds(since: number): string {
  return `${Math.round(elapsedMs(since) / 1000)} s`;
}
