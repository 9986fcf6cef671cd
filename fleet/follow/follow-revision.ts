// Follows one revision on the devices it is for, until each has settled or the time is up.
import type { Broker } from '../broker/connection.ts';
import { describeProgress } from '../devices/describe-status.ts';
import type { Expectation } from '../devices/expect-devices.ts';
import type { FleetView } from '../devices/fleet-view.ts';
import { type Goal, judgeStatus, type Verdict } from '../devices/judge-status.ts';
import type { Display } from './display.ts';

export interface FollowOptions {
  readonly broker: Broker;
  readonly view: FleetView;
  readonly goal: Goal;
  readonly expectations: readonly Expectation[];
  /** Refusals that stood before the document was published, by device. */
  readonly oldRefusals: ReadonlyMap<string, string>;
  readonly timeoutMs: number;
  readonly display: Display;
}

/** How it ended for each awaited device; `pending` is one that the time was up for. */
export type Verdicts = ReadonlyMap<string, Verdict>;

/** Resolves when all awaited devices have settled or the time is up; rejects when the broker is lost. */
export async function followRevision(options: FollowOptions): Promise<Verdicts> {
  const { broker, view, expectations, timeoutMs } = options;
  const verdicts = new Map<string, Verdict>();
  for (const { device, kind } of expectations)
    if (kind === 'awaited') verdicts.set(device, { kind: 'pending' });
  const settled = Promise.withResolvers<void>();
  const look = (device: string) => {
    if (verdicts.get(device)?.kind === 'pending') verdicts.set(device, judge(device, options));
    if ([...verdicts.values()].every(({ kind }) => kind !== 'pending')) settled.resolve();
  };
  const stop = view.onChange((device) => {
    if (verdicts.has(device)) look(device);
  });
  for (const device of verdicts.keys()) look(device);
  if (verdicts.size === 0) settled.resolve();
  const onAbort = () => settled.reject(broker.signal.reason);
  broker.signal.addEventListener('abort', onAbort, { once: true });
  if (broker.signal.aborted) onAbort();
  const timer = setTimeout(() => settled.resolve(), timeoutMs);
  try {
    await settled.promise;
    return verdicts;
  } finally {
    clearTimeout(timer);
    broker.signal.removeEventListener('abort', onAbort);
    stop();
  }
}

function judge(device: string, { view, goal, oldRefusals, display }: FollowOptions): Verdict {
  const status = view.deviceOf(device).statuses.get(goal.name);
  const verdict = judgeStatus(status, goal, oldRefusals.get(device) ?? null);
  if (verdict.kind === 'pending') display.show(device, describeProgress(status, goal));
  return verdict;
}
