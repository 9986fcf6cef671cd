// What the device tells: numbers that never go back, back-off that is shown and capped (§7.11), no unproven revision
// called converged, and in the end what the engine really runs.

import type { Status } from '../../../protocol/reports/status.ts';
import { DEFAULT_TOPIC_PREFIX, parseTopic } from '../../../protocol/topics.ts';
import type { Promised, Scene } from '../scene.ts';
import { RETAINED_LIMIT_BYTES } from './sizes.ts';

const SEQ = '3 status numbers never go back';
const BACK_OFF = '11 back-off is capped and shown';
const HONEST = '5 only what is asked and proven is converged';
const SIZE = '12 every message keeps its size';
/** Five minutes, and a second for rounding. */
const MAX_WAIT_MS = 301_000;

/** What runs is kept, and is not what the document asks. */
const KEPT: ReadonlySet<string | undefined> = new Set(['not_in_rollout', 'nothing_to_inherit']);

export const statusesAreSound: Promised = {
  name: SEQ,
  watch(scene) {
    const lastSeq = new Map<string, number>();
    scene.takenListeners.push(({ topic, payload }) => {
      if (parseTopic(DEFAULT_TOPIC_PREFIX, topic)?.kind !== 'status') return;
      const status: Status = JSON.parse(payload);
      const before = lastSeq.get(status.deployment) ?? 0;
      if (status.seq < before) scene.fail(SEQ, `${status.deployment}: ${status.seq} after ${before}`);
      lastSeq.set(status.deployment, status.seq);
      if (status.phase === 'converged' && !KEPT.has(status.reason?.code)) checkHonest(scene, status);
      checkBackOff(scene, status);
      if (Buffer.byteLength(payload) > RETAINED_LIMIT_BYTES)
        scene.fail(SIZE, `a status of ${Buffer.byteLength(payload)} bytes`);
    });
  },
};

function checkHonest(scene: Scene, { deployment, desired, running }: Status): void {
  if (desired?.hash !== running?.hash)
    scene.fail(
      HONEST,
      `${deployment} is called converged at ${desired?.revision} and runs ${running?.revision}`,
    );
}

function checkBackOff(scene: Scene, { deployment, services }: Status): void {
  for (const [service, { last_failure: failure }] of Object.entries(services)) {
    if (failure?.next_try_at === undefined) continue;
    const waitMs = Date.parse(failure.next_try_at) - Date.parse(failure.at);
    if (!(waitMs <= MAX_WAIT_MS)) scene.fail(BACK_OFF, `${deployment}/${service} waits for ${waitMs} ms`);
  }
}

const AGREE = 'statuses agree with what runs';

export const statusesAgree: Promised = {
  name: AGREE,
  checkEnd(scene) {
    const { world, fleet } = scene;
    for (const { name } of fleet.plans) {
      for (const [service, told] of Object.entries(world.status(name)?.services ?? {})) {
        const shown = world.daemon.of(name, service).map(({ id, state }) => `${id.slice(0, 12)} ${state}`);
        const isSo =
          told.container === null ? shown.length === 0 : shown.includes(`${told.container} ${told.state}`);
        if (!isSo)
          scene.fail(
            AGREE,
            `${name}/${service} is told as ${told.container} ${told.state}; there is ${shown}`,
          );
      }
    }
  },
};
