// `holdfastctl status [devices/ID | groups/NAME]`: what the devices last reported.
import { EXIT, type ExitCode } from '../../../lib/program/exit-codes.ts';
import { wantsColour } from '../../../lib/render/colour.ts';
import { type Addressee, formatAddressee } from '../../../protocol/topics.ts';
import { type DeviceView, FleetView } from '../../view/fleet-view.ts';
import { awaitRetained, type CutList } from '../broker/retained.ts';
import { type Context, writeJson, writeLine } from '../context/context.ts';
import { formatStatusTable, isBadNews } from '../render/status-table.ts';
import { nearestAddressee } from './check-known.ts';
import { noteGaps } from './note-gaps.ts';
import { type CommonOptions, openBroker, readAddressee, readPrefix } from './options.ts';

export async function status(
  whom: string | undefined,
  options: CommonOptions,
  context: Context,
): Promise<ExitCode> {
  const prefix = readPrefix(options, context);
  const to = whom === undefined ? null : readAddressee(whom);
  const view = new FleetView(prefix);
  const { cut, nearest } = await readAll(view, { prefix, to }, { options, context });
  noteGaps({ view, cut }, context);
  const isComplete = cut.length === 0;
  const devices = askedFor(view, to);
  if (options.json) writeJson(context.stdout, { complete: isComplete, devices: devices.map(toJson) });
  else if (devices.length > 0) writeTable(devices, context);
  if (devices.length === 0) return reportNobody({ to, nearest }, options.json, context);
  return devices.some(isBadNews) || !isComplete ? EXIT.badNews : EXIT.good;
}

interface StatusRequest {
  readonly prefix: string;
  readonly to: Addressee | null;
}

interface ReadView {
  readonly cut: readonly CutList[];
  /** Whom somebody most likely meant, of whom nothing has been reported. */
  readonly nearest: string | null;
}

async function readAll(
  view: FleetView,
  { prefix, to }: StatusRequest,
  { options, context }: { readonly options: CommonOptions; readonly context: Context },
): Promise<ReadView> {
  const broker = await openBroker(options, context);
  try {
    broker.onMessage((message) => view.accept(message));
    const cut = await awaitRetained(broker, statusFilters(prefix, to));
    const isNobody = to !== null && askedFor(view, to).length === 0;
    return { cut, nearest: isNobody ? await nearestAddressee(broker, view, { prefix, to }) : null };
  } finally {
    await broker.close();
  }
}

function writeTable(devices: readonly DeviceView[], { stdout, environment }: Context): void {
  const hasColour = stdout.isTerminal && wantsColour(environment);
  stdout.write(`${formatStatusTable(devices, { hasColour, columns: stdout.columns })}\n`);
}

function statusFilters(prefix: string, to: Addressee | null): string[][] {
  const kinds = ['presence', 'state', 'status/+'];
  if (to?.kind === 'device') return [kinds.map((kind) => `${prefix}/devices/${to.device}/${kind}`)];
  return kinds.map((kind) => [`${prefix}/devices/+/${kind}`]);
}

function askedFor(view: FleetView, to: Addressee | null): DeviceView[] {
  return view
    .devices()
    .filter(({ device, state }) =>
      to?.kind === 'device' ? device === to.device : to === null || state?.groups.includes(to.group) === true,
    );
}

function reportNobody(
  { to, nearest }: { readonly to: Addressee | null; readonly nearest: string | null },
  isJson: boolean,
  context: Context,
): ExitCode {
  const whom = to === null ? 'no device' : `nothing of ${formatAddressee(to)}`;
  if (isJson) return EXIT.badNews;
  writeLine(context.stderr, `error: ${whom} has been reported to this broker and topic prefix`);
  if (nearest !== null) writeLine(context.stderr, `hint: did you mean ${nearest}?`);
  return EXIT.badNews;
}

function toJson({ device, presence, state, statuses }: DeviceView): Record<string, unknown> {
  return { device, presence, state, deployments: Object.fromEntries(statuses) };
}
