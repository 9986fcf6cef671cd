// `holdfastctl status [devices/ID | groups/NAME]`: what the devices last reported.
import { type Addressee, formatAddressee } from '../../protocol/topics.ts';
import { awaitRetained, type CutList } from '../broker/retained.ts';
import { type DeviceView, FleetView } from '../devices/fleet-view.ts';
import { formatStatusTable, isBadNews } from '../devices/status-table.ts';
import { EXIT, type ExitCode } from '../failure.ts';
import { type Host, writeJson, writeLine } from '../host.ts';
import { noteGaps } from './note-gaps.ts';
import { type CommonOptions, openBroker, readAddressee, readPrefix } from './options.ts';

export async function status(
  whom: string | undefined,
  options: CommonOptions,
  host: Host,
): Promise<ExitCode> {
  const prefix = readPrefix(options);
  const to = whom === undefined ? null : readAddressee(whom);
  const view = new FleetView(prefix);
  const cut = await readAll(view, statusFilters(prefix, to), options, host);
  noteGaps({ view, cut }, host);
  const isComplete = cut.length === 0;
  const devices = view.devices().filter((device) => isAskedFor(device, to));
  if (options.json) writeJson(host.stdout, { complete: isComplete, devices: devices.map(toJson) });
  else if (devices.length > 0) writeTable(devices, host);
  if (devices.length === 0) return reportNobody(to, options.json, host);
  return devices.some(isBadNews) || !isComplete ? EXIT.badNews : EXIT.good;
}

async function readAll(
  view: FleetView,
  filters: readonly (readonly string[])[],
  options: CommonOptions,
  host: Host,
): Promise<readonly CutList[]> {
  const broker = await openBroker(options, host);
  try {
    broker.onMessage((message) => view.accept(message));
    return await awaitRetained(broker, filters);
  } finally {
    await broker.close();
  }
}

function writeTable(devices: readonly DeviceView[], { stdout, environment }: Host): void {
  const isColoured = stdout.isTerminal && (environment.NO_COLOR ?? '') === '';
  stdout.write(`${formatStatusTable(devices, { isColoured, columns: stdout.columns })}\n`);
}

function statusFilters(prefix: string, to: Addressee | null): string[][] {
  const kinds = ['presence', 'state', 'status/+'];
  if (to?.kind === 'device') return [kinds.map((kind) => `${prefix}/devices/${to.device}/${kind}`)];
  return kinds.map((kind) => [`${prefix}/devices/+/${kind}`]);
}

function isAskedFor({ state }: DeviceView, to: Addressee | null): boolean {
  return to === null || to.kind === 'device' || state?.groups.includes(to.group) === true;
}

function reportNobody(to: Addressee | null, isJson: boolean, host: Host): ExitCode {
  const whom = to === null ? 'no device' : `nothing of ${formatAddressee(to)}`;
  if (!isJson) writeLine(host.stderr, `error: ${whom} has been reported to this broker and topic prefix`);
  return EXIT.badNews;
}

function toJson({ device, presence, state, statuses }: DeviceView): Record<string, unknown> {
  return { device, presence, state, deployments: Object.fromEntries(statuses) };
}
