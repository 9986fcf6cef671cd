// `holdfastctl status [devices/ID | groups/NAME]`: what the devices last reported.
import type * as v from 'valibot';
import { type Addressee, formatAddressee } from '../../protocol/topics.ts';
import { awaitRetained } from '../broker/retained.ts';
import { type DeviceView, FleetView } from '../devices/fleet-view.ts';
import { formatStatusTable, isBadNews } from '../devices/status-table.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { type Host, writeJson, writeLine, writeNote } from '../host.ts';
import { type commonSchema, openBroker, readAddressee, readPrefix } from './options.ts';

export async function status(
  whom: string | undefined,
  options: v.InferOutput<typeof commonSchema>,
  host: Host,
): Promise<ExitCode> {
  const prefix = readPrefix(options);
  const to = whom === undefined ? null : readAddressee(whom);
  const view = new FleetView(prefix);
  const broker = await openBroker(options, host);
  try {
    broker.onMessage((message) => view.accept(message));
    const maybeCut = await awaitRetained(broker, statusFilters(prefix, to));
    noteGaps(view, maybeCut, host);
  } finally {
    await broker.close();
  }
  const devices = view.devices().filter((device) => isAskedFor(device, to));
  if (options.json) writeJson(host.stdout, { devices: devices.map(toJson) });
  else if (devices.length > 0) writeLine(host.stdout, formatStatusTable(devices, host.stdout.isTerminal));
  if (devices.length === 0) return reportNobody(to, options.json, host);
  return devices.some(isBadNews) ? EXIT.badNews : EXIT.good;
}

function statusFilters(prefix: string, to: Addressee | null): string[][] {
  const kinds = ['presence', 'state', 'status/+'];
  if (to?.kind === 'device') return [kinds.map((kind) => `${prefix}/devices/${to.device}/${kind}`)];
  return kinds.map((kind) => [`${prefix}/devices/+/${kind}`]);
}

function isAskedFor({ state }: DeviceView, to: Addressee | null): boolean {
  return to === null || to.kind === 'device' || state?.groups.includes(to.group) === true;
}

function noteGaps(view: FleetView, maybeCut: readonly string[], host: Host): void {
  for (const [topic, fault] of view.unreadable) writeNote(host, `${topic} cannot be read: ${fault}`);
  for (const filter of maybeCut) {
    writeNote(
      host,
      `the list may be cut short: a thousand messages came for ${filter}, and Mosquitto's
      max_queued_messages holds no more unless it is raised`.replaceAll(/\s+/g, ' '),
    );
  }
}

function reportNobody(to: Addressee | null, isJson: boolean, host: Host): ExitCode {
  const whom = to === null ? 'no device' : `nothing of ${formatAddressee(to)}`;
  if (!isJson) writeLine(host.stderr, `error: ${whom} has been reported to this broker and topic prefix`);
  return EXIT.badNews;
}

function toJson({ device, presence, state, statuses }: DeviceView): Record<string, unknown> {
  return { device, presence, state, deployments: Object.fromEntries(statuses) };
}
