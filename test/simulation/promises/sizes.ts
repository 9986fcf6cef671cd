// §7.12: no queue, log, table or message grows without a bound.
import type { Promised } from '../scene.ts';

export const RETAINED_LIMIT_BYTES = 60 * 1024;
const MESSAGE_LIMIT_BYTES = 120 * 1024;
const NAME = '12 everything is bounded';

/** Rows at most, for a device of at most four deployments with three sources each. */
const MAX_ROWS: Readonly<Record<string, number>> = {
  documents: 24,
  accepted: 12,
  refusals: 4,
  records: 4,
  removed: 100,
  pulls: 16,
  pulled_images: 200,
  // What an outbox of the default size holds at most.
  events: 150_000,
  statuses: 4,
  commands: 1000,
};
/** Of one service. */
const MAX_CONTAINERS = 4;
const MAX_RECORD_BYTES = 64 * 1024;
const MAX_DISK_BYTES = 64 * 1024 ** 2;

export const everythingBounded: Promised = {
  name: NAME,
  watch(scene) {
    const { daemon } = scene.world;
    daemon.witnesses.push((event, container) => {
      const { deployment, spec } = container;
      if (event !== 'create' || !scene.isOurs(container)) return;
      const count = daemon.of(deployment, spec.name).length;
      if (count > MAX_CONTAINERS) scene.fail(NAME, `${count} containers of ${deployment}/${spec.name}`);
    });
    scene.takenListeners.push(({ from, topic, payload }) => {
      if (from !== 'manager' && Buffer.byteLength(payload) > MESSAGE_LIMIT_BYTES)
        scene.fail(NAME, `a message of ${Buffer.byteLength(payload)} bytes to ${topic}`);
    });
  },
  look(scene) {
    const { database, disk } = scene.world;
    if (database === null) return;
    for (const [table, max] of Object.entries(MAX_ROWS)) {
      const rows = database.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? 0;
      if (rows > max) scene.fail(NAME, `${rows} rows in ${table}`);
    }
    const longest =
      database.all<{ n: number | null }>('SELECT max(length(body)) AS n FROM records')[0]?.n ?? 0;
    if (longest > MAX_RECORD_BYTES) scene.fail(NAME, `a record of ${longest} bytes`);
    if (disk.usedBytes > MAX_DISK_BYTES) scene.fail(NAME, `${disk.usedBytes} bytes on the disk`);
  },
};
