// `holdfastctl forget DEVICE`: clears what is retained of a device that is gone. It stops nothing: one that comes back
// reports anew, and goes on with what it runs.
import * as v from 'valibot';
import { CommandFailure } from '../../../lib/program/command-failure.ts';
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { FleetView } from '../../view/fleet-view.ts';
import { readDevice, unknownDevice } from '../ask/find-device.ts';
import type { Broker } from '../broker/broker.ts';
import { explainCutLists } from '../broker/cut-lists.ts';
import { awaitRetained } from '../broker/retained.ts';
import { type Context, writeJson, writeLine, writeNote } from '../context/context.ts';
import { commonSchema, openBroker, readPrefix } from './options.ts';

export const forgetSchema = v.object({ ...commonSchema.entries, force: v.optional(v.boolean(), false) });
type ForgetOptions = v.InferOutput<typeof forgetSchema>;

/** Documents of its own too; those of its groups stay. Not while it is online, as it would report again. */
export async function forget(text: string, options: ForgetOptions, context: Context): Promise<ExitCode> {
  const device = readDevice(text);
  const prefix = readPrefix(options, context);
  const broker = await openBroker(options, context);
  try {
    const { topics, isOnline, cut } = await findRetained(broker, prefix, device);
    const message = `nothing is retained of a device "${device}"`;
    if (topics.length === 0) throw await unknownDevice(broker, { prefix, device, message });
    if (isOnline && !options.force) throw online(device);
    for (const topic of topics) await broker.publishRetained(topic, '');
    if (cut !== null) writeNote(context, cut);
    if (options.json) writeJson(context.stdout, { device, complete: cut === null, cleared: topics });
    else writeLine(context.stdout, `forgot ${device}: ${topics.length} retained messages are cleared`);
    return cut === null ? EXIT.good : EXIT.badNews;
  } finally {
    await broker.close();
  }
}

interface Retained {
  /** The presence last: what is cut off in the middle can be found and ended. */
  readonly topics: readonly string[];
  readonly isOnline: boolean;
  /** Why some may be missing. */
  readonly cut: string | null;
}

async function findRetained(broker: Broker, prefix: string, device: string): Promise<Retained> {
  const at = `${prefix}/devices/${device}`;
  const view = new FleetView(prefix);
  const topics = new Set<string>();
  const stop = broker.onMessage((message) => {
    view.accept(message);
    if (message.isRetained && message.topic.startsWith(`${at}/`)) topics.add(message.topic);
  });
  try {
    const filters = ['deployments/+', 'status/+', 'state', 'presence'].map((leaf) => [`${at}/${leaf}`]);
    const cut = explainCutLists(await awaitRetained(broker, filters));
    await broker.unsubscribe(filters.flat());
    const inOrder = [...topics].toSorted(
      (one, other) => Number(one === `${at}/presence`) - Number(other === `${at}/presence`),
    );
    return { topics: inOrder, isOnline: view.deviceOf(device).presence?.online === true, cut };
  } finally {
    stop();
  }
}

function online(device: string): CommandFailure {
  return new CommandFailure({
    code: 'device_online',
    exitCode: EXIT.usage,
    message: `${device} is online: it would report again`,
    hint: 'switch it off, or change its device id, first; --force clears all the same',
  });
}
