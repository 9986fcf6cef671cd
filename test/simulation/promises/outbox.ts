// §7.3: what waits in the outbox survives up to its size; past it the least important goes first.
import type { SqlDatabase } from '../../../agent/store/database.ts';
import type { EventBatch } from '../../../protocol/reports/events.ts';
import { DEFAULT_TOPIC_PREFIX, formatTopic } from '../../../protocol/topics.ts';
import type { Promised } from '../scene.ts';

const SURVIVES = '3 what waits in the outbox survives';
const SAMPLES_FIRST = '3 samples are lost before anything else';
const WRITES: ReadonlySet<string> = new Set(['appendEvents', 'holdEvent', 'writeHeldEvents']);

interface Row {
  readonly seq: number;
  readonly body: string;
}

export const outboxSurvives: Promised = {
  name: SURVIVES,
  watch(scene) {
    const { world } = scene;
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'events', device: world.device });
    /** Stored, and not told yet: whether each is a sample. */
    const waiting = new Map<number, boolean>();
    let toldSeq = 0;
    let seenSeq = 0;
    let life = world.store;
    let recoveries = 0;
    scene.takenListeners.push((message) => {
      if (message.topic !== topic) return;
      const { events }: EventBatch = JSON.parse(message.payload);
      toldSeq = Math.max(toldSeq, events.at(-1)?.seq ?? 0);
      for (const seq of waiting.keys()) if (seq <= toldSeq) waiting.delete(seq);
    });
    // Before the first write of a life, which may be one that has to make room.
    world.beforeWrite = () => {
      const { database, store } = world;
      if (database === null || store === life) return;
      life = store;
      // Told as a gap, as every loss is: `everyEventTold` sees to that.
      if (world.recoveries > recoveries) waiting.clear();
      recoveries = world.recoveries;
      const missing = waiting.size - countAfter(database, toldSeq);
      if (missing > 0) scene.fail(SURVIVES, `${missing} events were stored, and are gone after a restart`);
    };
    scene.writeListeners.push((method) => {
      const { database } = world;
      if (!WRITES.has(method) || database === null) return;
      for (const { seq, body } of rowsAfter(database, Math.max(seenSeq, toldSeq))) {
        waiting.set(seq, JSON.parse(body).type === 'sample');
        seenSeq = seq;
      }
      if (countAfter(database, toldSeq) >= waiting.size) return;
      const left = new Map(rowsAfter(database, toldSeq).map(({ seq }) => [seq, waiting.get(seq)]));
      const gone = [...waiting].filter(([seq]) => !left.has(seq));
      if (gone.some(([, isSample]) => !isSample) && [...left.values()].includes(true))
        scene.fail(SAMPLES_FIRST, `${gone.length} events went for want of room, and samples stayed`);
      for (const [seq] of gone) waiting.delete(seq);
    });
  },
};

function rowsAfter(database: SqlDatabase, seq: number): Row[] {
  return database.all<Row>('SELECT seq, body FROM events WHERE seq > ? ORDER BY seq', seq);
}

function countAfter(database: SqlDatabase, seq: number): number {
  return database.all<{ n: number }>('SELECT count(*) AS n FROM events WHERE seq > ?', seq)[0]?.n ?? 0;
}
