// What fails again and again is told as failing, and not as well for most of the time: whoever looks now and then
// would never learn of it.
import type { Promised, Scene } from '../scene.ts';

const NAME = 'what crashes again and again is told';
/** So many ends of one service in a row: two bursts with a good run between them may well be told as two. */
const CRASHES = 12;
/** So long that whoever looks now and then has looked. */
const LONG_MS = 10 * 60_000;
/** A run this long was a good one, and what comes after it the first of another row. */
const GOOD_RUN_MS = 10 * 60_000;

interface Told {
  readonly atMs: number;
  readonly isWell: boolean;
}

export const crashesAreTold: Promised = {
  name: NAME,
  watch(scene) {
    const { world } = scene;
    const told = new Map<string, Told[]>();
    const crashes = new Map<string, number[]>();
    const stopping = new Set<string>();
    scene.writeListeners.push((method) => {
      if (method === 'saveStatus') for (const { name } of scene.fleet.plans) note(scene, name, told);
    });
    world.daemon.witnesses.push((event, container) => {
      if (event === 'kill') stopping.add(container.id);
      if (event !== 'die' || !scene.isOurs(container)) return;
      if (stopping.delete(container.id) || scene.wasTouched(container)) return;
      const { deployment, spec } = container;
      const key = `${deployment}/${spec.name}`;
      const nowMs = world.clock.monotonicMs();
      const before = crashes.get(key) ?? [];
      const isFirst = nowMs - (before.at(-1) ?? 0) > GOOD_RUN_MS;
      const times = [...(isFirst ? [] : before), nowMs].slice(-CRASHES);
      crashes.set(key, times);
      const [firstMs = nowMs] = times;
      const isLong = nowMs - firstMs >= LONG_MS;
      if (times.length < CRASHES || !isLong || !world.isAgentUp || world.isAgentFrozen) return;
      const share = shareWell(told.get(deployment) ?? [], firstMs, nowMs);
      if (share > 0.5)
        scene.fail(
          NAME,
          `${key} crashed ${CRASHES} times in ${nowMs - firstMs} ms, and was told as well for ${share} of it`,
        );
    });
  },
};

/** What the device would tell whoever asks it now. */
function note({ world }: Scene, name: string, told: Map<string, Told[]>): void {
  const status = world.store?.latestStatus(name) ?? null;
  if (status === null) return;
  const before = told.get(name) ?? [];
  const isWell = status.phase === 'converged' && status.reason === null;
  if (before.at(-1)?.isWell === isWell) return;
  told.set(name, [...before, { atMs: world.clock.monotonicMs(), isWell }].slice(-100));
}

function shareWell(told: readonly Told[], fromMs: number, toMs: number): number {
  const wellMs = told.map(({ atMs, isWell }, index) => {
    const endMs = told[index + 1]?.atMs ?? toMs;
    return isWell ? Math.max(0, endMs - Math.max(fromMs, atMs)) : 0;
  });
  return wellMs.reduce((sum, ms) => sum + ms, 0) / (toMs - fromMs);
}
