// `holdfastctl events -f [DEVICE]`: what devices tell, as they tell it.
import { renderEvent } from '../../../lib/answers/events.ts';
import type { View } from '../../../lib/answers/view.ts';
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { wantsColour } from '../../../lib/render/colour.ts';
import { parseWith } from '../../../protocol/faults.ts';
import { MAX_PAYLOAD_BYTES, parseJsonPayload } from '../../../protocol/payload.ts';
import { type Event, eventsSchema } from '../../../protocol/reports/events.ts';
import { parseTopic } from '../../../protocol/topics.ts';
import { printableJson } from '../../../protocol/values/text.ts';
import { FleetView } from '../../view/fleet-view.ts';
import { readDevice } from '../ask/find-device.ts';
import type { Broker } from '../broker/broker.ts';
import { type Context, writeNote } from '../context/context.ts';
import { FleetWatch } from '../follow/fleet-watch.ts';
import { type CommonOptions, openBroker, readPrefix } from './options.ts';

/** Until it is interrupted; a line that breaks is made anew. Samples, which come all the time, are left out. */
export async function followEvents(
  text: string | undefined,
  options: CommonOptions,
  context: Context,
): Promise<ExitCode> {
  const device = text === undefined ? '+' : readDevice(text);
  const prefix = readPrefix(options, context);
  const filter = `${prefix}/devices/${device}/events`;
  const show = (topic: string, payload: Uint8Array): void => {
    const from = parseTopic(prefix, topic);
    if (from?.kind !== 'events') return;
    for (const event of readEvents(payload, topic, context)) print(from.device, event, { options, context });
  };
  const connect = async (): Promise<Broker> => {
    const broker = await openBroker(options, context);
    broker.onMessage(({ topic, payload }) => show(topic, payload));
    return broker;
  };
  const first = await connect();
  const watch = new FleetWatch(first, { view: new FleetView(prefix), filters: [filter], connect, context });
  try {
    await first.subscribe([filter]);
    await watch.during(untilAborted);
    return EXIT.good;
  } catch (error) {
    if (context.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    await watch.close();
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    const end = (): void => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function readEvents(payload: Uint8Array, topic: string, context: Context): readonly Event[] {
  const json = parseJsonPayload(payload, MAX_PAYLOAD_BYTES);
  const parsed = json.ok ? parseWith(eventsSchema, json.value) : null;
  if (parsed?.ok) return parsed.value.events.filter(({ type }) => type !== 'sample');
  writeNote(context, `what came on ${topic} cannot be read`);
  return [];
}

function print(
  device: string,
  event: Event,
  { options, context }: { readonly options: CommonOptions; readonly context: Context },
): void {
  const { stdout, environment, now } = context;
  if (options.json) {
    stdout.write(`${printableJson({ device, ...event })}\n`);
    return;
  }
  const view: View = {
    now: now(),
    columns: stdout.columns === null ? null : stdout.columns - device.length - 1,
    hasColour: stdout.isTerminal && wantsColour(environment),
  };
  for (const line of renderEvent(event, view).trimEnd().split('\n')) stdout.write(`${device} ${line}\n`);
}
