// Typing errors, told before anything is published: a document for nobody stays retained, and no command lists it.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { CommandFailure } from '../../../lib/program/command-failure.ts';
import { EXIT } from '../../../lib/program/exit-codes.ts';
import { nearestName } from '../../../lib/render/nearest-name.ts';
import { type Addressee, formatAddressee, formatTopic } from '../../../protocol/topics.ts';
import type { FleetView } from '../../view/fleet-view.ts';
import { followedSource } from '../../view/sources.ts';
import type { Broker } from '../broker/broker.ts';
import { readDeviceIds } from '../broker/device-ids.ts';
import type { Stock } from './take-stock.ts';

interface KnownRequest {
  readonly prefix: string;
  readonly to: Addressee;
  readonly name: string;
  /** Whether somebody has to have the deployment: one that is new is nobody's yet. */
  readonly mustExist: boolean;
}

/** Throws where nobody is known by the addressee's or the deployment's name. */
export async function checkKnown(broker: Broker, stock: Stock, asked: KnownRequest): Promise<void> {
  const { prefix, to, name, mustExist } = asked;
  // A document that stands there was meant, and of a list that is cut nobody knows what is missing.
  if (stock.documents.has(formatTopic(prefix, { kind: 'deployment', to, name })) || stock.cut.length > 0)
    return;
  const members = membersOf(stock, to);
  if (members.length === 0) throw await unknownAddressee(broker, stock, asked);
  if (!mustExist || members.some(({ statuses }) => statuses.has(name))) return;
  const known = members.flatMap(({ state }) => state?.deployments.map((one) => one.name) ?? []);
  throw unknown('deployment', `${formatAddressee(to)} has no deployment "${name}"`, {
    nearest: nearestName(name, known),
    force: 'publishes the removal all the same',
  });
}

/** Throws where an end is asked of a document that is not there: neither at the broker, nor followed by the device. */
export function checkOwn(
  { view, documents }: Stock,
  { prefix, to, name }: Omit<KnownRequest, 'mustExist'>,
): void {
  if (to.kind === 'group' || documents.has(formatTopic(prefix, { kind: 'deployment', to, name }))) return;
  const followed = followedSource(view.deviceOf(to.device).statuses.get(name));
  if (followed === 'device') return;
  throw new CommandFailure({
    code: 'no_own_document',
    exitCode: EXIT.usage,
    message: `${to.device} has no document of its own for ${name}: there is nothing to end`,
    hint: `${followed === null ? '' : `it follows ${followed}. `}--force publishes the end all the same`,
  });
}

/** The devices that have reported and are meant. */
function membersOf({ view }: Stock, to: Addressee): ReturnType<Stock['view']['devices']> {
  return view
    .devices()
    .filter(({ device, state }) =>
      to.kind === 'device' ? device === to.device : state?.groups.includes(to.group) === true,
    );
}

async function unknownAddressee(
  broker: Broker,
  { view }: Stock,
  { prefix, to }: KnownRequest,
): Promise<CommandFailure> {
  const nearest = await nearestAddressee(broker, view, { prefix, to });
  if (to.kind === 'device')
    return unknown('device', `no device "${to.device}" has ever reported to this broker and topic prefix`, {
      nearest,
      force: 'publishes for a device that has yet to connect',
    });
  return unknown('group', `no device reports to be of the group "${to.group}"`, {
    nearest,
    force: 'publishes for devices that have yet to connect',
  });
}

/** The known addressee that was most likely meant, as `devices/ID` or `groups/NAME`; `null` where none is near. */
export async function nearestAddressee(
  broker: Broker,
  view: FleetView,
  { prefix, to }: Pick<KnownRequest, 'prefix' | 'to'>,
): Promise<string | null> {
  if (to.kind === 'device') {
    const device = nearestName(to.device, await readDeviceIds(broker, prefix));
    return device === null ? null : formatAddressee({ kind: 'device', device });
  }
  const group = nearestName(
    to.group,
    view.devices().flatMap(({ state }) => state?.groups ?? []),
  );
  return group === null ? null : formatAddressee({ kind: 'group', group });
}

function unknown(
  what: 'device' | 'group' | 'deployment',
  message: string,
  { nearest, force }: { nearest: string | null; force: string },
): CommandFailure {
  const guess = nearest === null ? '' : `did you mean ${nearest}? `;
  const hint = `${guess}--force ${force}`;
  return new CommandFailure({ code: `unknown_${what}`, exitCode: EXIT.usage, message, hint });
}
