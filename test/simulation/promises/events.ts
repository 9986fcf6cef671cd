// §7.3: every event is delivered or marked as lost; `seq` has no hole that is not marked, and means one event,
// of a kind that is published.
import * as v from 'valibot';
import { type Event, type EventBatch, knownEventSchema } from '../../../protocol/reports/events.ts';
import { DEFAULT_TOPIC_PREFIX, formatTopic } from '../../../protocol/topics.ts';
import type { Promised } from '../scene.ts';

const NAME = '3 every event told or marked as lost';
/** How many told events are remembered, to compare with those told again. */
const REMEMBERED = 200;

export const everyEventTold: Promised = {
  name: NAME,
  watch(scene) {
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'events', device: scene.world.device });
    const told = new Map<number, string>();
    let nextSeq = 1;
    const take = (event: Event, lost: EventBatch['lost']): void => {
      const text = JSON.stringify(event);
      if (!v.is(knownEventSchema, event)) scene.fail(NAME, `${text} is of no kind that is published`);
      const before = told.get(event.seq);
      if (before !== undefined && before !== text)
        scene.fail(NAME, `event ${event.seq} was told as ${before} and as ${text}`);
      const isMarked = lost !== undefined && lost.from <= nextSeq && lost.to >= event.seq - 1;
      if (event.seq > nextSeq && !isMarked)
        scene.fail(NAME, `events ${nextSeq} to ${event.seq - 1} were neither told nor marked as lost`);
      nextSeq = Math.max(nextSeq, event.seq + 1);
      told.set(event.seq, text);
      if (told.size > REMEMBERED) told.delete(event.seq - REMEMBERED);
    };
    scene.takenListeners.push((message) => {
      if (message.topic !== topic) return;
      const { events, lost }: EventBatch = JSON.parse(message.payload);
      for (const event of events) take(event, lost);
    });
  },
  checkEnd(scene) {
    const waiting = scene.world.store?.countEvents() ?? 0;
    if (waiting > 0) scene.fail(NAME, `${waiting} events still wait in the outbox`);
  },
};
