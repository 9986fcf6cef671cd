// Whether the device that is to be asked is known, and there: a command waits at the broker for one that is away, and
// would be carried out when nobody expects it any more.
// Tested in test/fleet/ctl/commands/ask.test.ts.
import { CommandFailure, UsageError } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import { nearestName } from '../../../lib/render/nearest-name.ts';
import { formatTopic, parseAddressee } from '../../../protocol/topics.ts';
import { FleetView } from '../../view/fleet-view.ts';
import type { Broker } from '../broker/broker.ts';
import { readDeviceIds } from '../broker/device-ids.ts';
import { awaitRetained } from '../broker/retained.ts';

/** `edge-01`, as well as `devices/edge-01`, which other commands take. Throws `UsageError`. */
export function readDevice(text: string): string {
  const to = parseAddressee(text.includes('/') ? text : `devices/${text}`);
  if (to?.kind === 'device') return to.device;
  const hint =
    to === null
      ? 'write it as status lists it, e.g. edge-01'
      : 'a question goes to one device, not to a group';
  throw new UsageError(`"${text}" is no device`, hint);
}

/** Throws where nothing is known of the device, or it is offline. */
export async function expectOnline(broker: Broker, prefix: string, device: string): Promise<void> {
  const view = new FleetView(prefix);
  const stop = broker.onMessage((message) => view.accept(message));
  try {
    await awaitRetained(broker, [[formatTopic(prefix, { kind: 'presence', device })]]);
  } finally {
    stop();
  }
  const { presence } = view.deviceOf(device);
  const message = `no device "${device}" has ever reported to this broker and topic prefix`;
  if (presence === null) throw await unknownDevice(broker, { prefix, device, message });
  if (!presence.online) throw offline(device, presence.since);
}

/** With the nearest device that has ever connected as the hint. */
export async function unknownDevice(
  broker: Broker,
  { prefix, device, message }: { readonly prefix: string; readonly device: string; readonly message: string },
): Promise<CommandFailure> {
  const nearest = nearestName(device, await readDeviceIds(broker, prefix));
  const hint = nearest === null ? 'holdfastctl status lists the devices' : `did you mean ${nearest}?`;
  return new CommandFailure({ code: 'unknown_device', exitCode: EXIT.usage, message, hint });
}

function offline(device: string, since: string): CommandFailure {
  return new CommandFailure({
    code: 'device_offline',
    exitCode: EXIT.unreachable,
    message: `${device} is offline (it connected last at ${since}); nothing was sent`,
    hint: 'ask again when it is back; holdfastctl status shows what it reported last',
  });
}
