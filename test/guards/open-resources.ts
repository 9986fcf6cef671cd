// What keeps a process from ending: timers, sockets, servers, child processes. What a test opened, it has to close.
const { setTimeout: wait } = globalThis;

const LOOK_MS = 5;
/** Vitest has timers of its own, that come and go: only those count that tests make. */
const NOT_COUNTED = ['Timeout', 'Immediate'];

/** Since they are watched, with where each was made. */
const timers = new Map<NodeJS.Timeout, Error>();

export interface Resources {
  readonly timers: ReadonlySet<NodeJS.Timeout>;
  /** By kind, as Node names them: `TCPServerWrap`. One that was let go with `unref` does not count. */
  readonly handles: ReadonlyMap<string, number>;
}

/** From now on timers that are made by the global functions are known. */
export function watchTimers(): void {
  globalThis.setTimeout = noting(globalThis.setTimeout);
  globalThis.setInterval = noting(globalThis.setInterval);
}

export function openResources(): Resources {
  for (const timer of timers.keys()) if (isOver(timer)) timers.delete(timer);
  const handles = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    if (!NOT_COUNTED.includes(kind)) handles.set(kind, (handles.get(kind) ?? 0) + 1);
  return { timers: new Set([...timers.keys()].filter((timer) => timer.hasRef())), handles };
}

/** What is open that was not before. What is about to close gets `graceMs` for it. */
export async function leakedSince(before: Resources, graceMs: number): Promise<string[]> {
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const leaked = moreThan(before, openResources());
    if (leaked.length === 0 || waitedMs >= graceMs) return leaked;
    await new Promise((resolve) => wait(resolve, LOOK_MS));
  }
}

function moreThan(before: Resources, after: Resources): string[] {
  const newTimers = [...after.timers].filter((timer) => !before.timers.has(timer));
  const newHandles = [...after.handles].filter(([kind, count]) => count > (before.handles.get(kind) ?? 0));
  return [
    ...newTimers.map((timer) => `a timer${placeOf(timers.get(timer))}`),
    ...newHandles.map(([kind, count]) => `${count - (before.handles.get(kind) ?? 0)} × ${kind}`),
  ];
}

function noting<F extends typeof setTimeout | typeof setInterval>(make: F): F {
  const noted = (...args: Parameters<F>): NodeJS.Timeout => {
    const timer = Reflect.apply(make, undefined, args);
    timers.set(timer, new Error('made here'));
    return timer;
  };
  // Sound: it takes and gives the same, and has the form for `promisify`.
  return Object.assign(noted, make) as F;
}

/** Node has no public word for it. */
function isOver(timer: NodeJS.Timeout): boolean {
  return Reflect.get(timer, '_destroyed') === true;
}

/** The first place outside of this file. */
function placeOf(made: Error | undefined): string {
  const line = made?.stack
    ?.split('\n')
    .find((text) => text.includes(' at ') && !text.includes('open-resources'));
  return line === undefined ? '' : ` made ${line.trim()}`;
}
