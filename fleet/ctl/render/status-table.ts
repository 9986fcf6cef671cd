// Devices and their deployments as a table: a row for each deployment of each device.
import Table from 'cli-table3';
import { SETTLED_PHASES, type Status } from '../../../protocol/reports/status.ts';
import { cutText, printable } from '../../../protocol/values/text.ts';
import type { DeviceView } from '../../view/fleet-view.ts';
import { describeService, formatReason } from './describe-status.ts';

/** Of all columns but the detail, which takes what width is left. */
const HEADS = ['DEVICE', 'ONLINE', 'DEPLOYMENT', 'DESIRED', 'RUNNING', 'PHASE', 'REPORTED'];
/** Long reasons are cut for the eye; `--json` has them whole. */
const MAX_DETAIL = 72;
const MIN_DETAIL = 20;
const GAP = '  ';
const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: GAP,
};

/** Whether a deployment of the device is anything but good: not settled, not well, or its last document refused. */
export function isBadNews({ statuses }: DeviceView): boolean {
  return [...statuses.values()].some((status) => !isGood(status));
}

function isGood({ phase, refused }: Status): boolean {
  return (phase === 'converged' || phase === 'removed') && refused === null;
}

export interface TableStyle {
  readonly isColoured: boolean;
  /** Of the terminal; `null` where there is none. */
  readonly columns: number | null;
}

/** Without borders. Details are cut to the width of the terminal. */
export function formatStatusTable(
  devices: readonly DeviceView[],
  { isColoured, columns }: TableStyle,
): string {
  const rows = devices.flatMap(deviceRows);
  const maxDetail = columns === null ? MAX_DETAIL : Math.max(MIN_DETAIL, columns - widthOf(rows));
  const table = new Table({
    head: HEADS.toSpliced(-1, 0, 'DETAIL'),
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: isColoured ? ['bold'] : [], border: [] },
  });
  for (const { cells, detail, colour } of rows)
    table.push([
      ...cells.slice(0, -2),
      isColoured ? `\u001b[${colour}m${cells.at(-2)}\u001b[39m` : cells.at(-2),
      clip(detail, maxDetail),
      cells.at(-1),
    ]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A line with its cells as `HEADS` names them; the colour of its phase is an SGR code. */
interface Row {
  readonly cells: readonly string[];
  readonly detail: string;
  readonly colour: number;
}

/** What the cells and the gaps between all columns take. */
function widthOf(rows: readonly Row[]): number {
  const widths = HEADS.map((head, index) =>
    Math.max(head.length, ...rows.map(({ cells }) => cells[index]?.length ?? 0)),
  );
  return widths.reduce((sum, width) => sum + width + GAP.length, 0);
}

function deviceRows({ device, presence, state, statuses }: DeviceView): Row[] {
  const online = presence === null ? '?' : presence.online ? 'yes' : 'no';
  if (statuses.size === 0)
    return [{ cells: [device, online, '-', '-', '-', '-', state?.at ?? '-'], detail: '', colour: PLAIN }];
  const inOrder = [...statuses.values()].toSorted((one, other) =>
    one.deployment < other.deployment ? -1 : 1,
  );
  return inOrder.map((status) => {
    const { deployment, desired, running, phase, at } = status;
    const revisions = [desired, running].map((named) => String(named?.revision ?? '-'));
    return {
      cells: [device, online, deployment, ...revisions, phase, at],
      detail: printable(describeDetail(status)),
      colour: colourOf(status),
    };
  });
}

const PLAIN = 39;

/** Green, yellow or red. */
function colourOf(status: Status): number {
  if (isGood(status)) return 32;
  const isMoving = !SETTLED_PHASES.has(status.phase) && status.phase !== 'degraded';
  return isMoving ? 33 : 31;
}

function describeDetail({ refused, reason, services }: Status): string {
  if (refused !== null) return `refused revision ${refused.revision ?? '?'}: ${formatReason(refused)}`;
  if (reason !== null) return formatReason(reason);
  return Object.entries(services)
    .map(([name, service]) => `${name} ${describeService(service)}`)
    .join(', ');
}

function clip(text: string, maxLength: number): string {
  return text.length > maxLength ? `${cutText(text, maxLength - 1)}…` : text;
}
