// Devices and their deployments as a table: a row for each deployment of each device.
import type { Screen, Style } from '../../../lib/render/colour.ts';
import { alignColumns } from '../../../lib/render/table.ts';
import { shorten } from '../../../lib/render/width.ts';
import { formatReason } from '../../../lib/reports/reason-words.ts';
import { describeService } from '../../../lib/reports/service-words.ts';
import { isSettledWell, standingOf, standingOfPhase, styleOf } from '../../../lib/reports/standing.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { printable } from '../../../protocol/values/text.ts';
import type { DeviceView } from '../../view/fleet-view.ts';

const HEADS = ['DEVICE', 'ONLINE', 'DEPLOYMENT', 'DESIRED', 'RUNNING', 'PHASE', 'DETAIL', 'REPORTED'];
const PHASE = HEADS.indexOf('PHASE');
const DETAIL = HEADS.indexOf('DETAIL');
/** Long reasons are cut for the eye; `--json` has them whole. */
const MAX_DETAIL = 72;
const MIN_DETAIL = 20;
const ELLIPSIS = '…';

/** Whether a deployment of the device is anything but good: not settled, not well, or its last document refused. */
export function isBadNews({ statuses }: DeviceView): boolean {
  return [...statuses.values()].some((status) => !isSettledWell(status));
}

/** Without borders. Details are cut to the width of the terminal. */
export function formatStatusTable(devices: readonly DeviceView[], { columns, hasColour }: Screen): string {
  const rows = devices.flatMap(deviceRows);
  const maxDetail = columns === null ? MAX_DETAIL : Number.POSITIVE_INFINITY;
  const cells = rows.map((row) =>
    row.cells.with(DETAIL, shorten(row.cells[DETAIL] ?? '', maxDetail, ELLIPSIS)),
  );
  const lines = alignColumns([HEADS, ...cells], {
    ...{ columns, elastic: [DETAIL], minElastic: MIN_DETAIL, ellipsis: ELLIPSIS },
    styleOf: (row, column) => (hasColour ? styleOfCell(rows, row, column) : null),
  });
  return lines.join('\n');
}

/** A line with its cells as `HEADS` names them, and the colour of its phase. */
interface Row {
  readonly cells: readonly string[];
  readonly phaseStyle: Style | null;
}

/** The first row is that of the heads. */
function styleOfCell(rows: readonly Row[], row: number, column: number): Style | null {
  if (row === 0) return 'bold';
  return column === PHASE ? (rows[row - 1]?.phaseStyle ?? null) : null;
}

function deviceRows({ device, presence, state, statuses }: DeviceView): Row[] {
  const online = presence === null ? '?' : presence.online ? 'yes' : 'no';
  if (statuses.size === 0)
    return [{ cells: [device, online, '-', '-', '-', '-', '', state?.at ?? '-'], phaseStyle: null }];
  const inOrder = [...statuses.values()].toSorted((one, other) =>
    one.deployment < other.deployment ? -1 : 1,
  );
  return inOrder.map((status) => {
    const { deployment, desired, running, phase, at } = status;
    const revisions = [desired, running].map((named) => String(named?.revision ?? '-'));
    return {
      cells: [device, online, deployment, ...revisions, phase, printable(describeDetail(status)), at],
      phaseStyle: styleOfPhase(status),
    };
  });
}

/** A refusal makes what is settled bad; what is under way goes on all the same. */
function styleOfPhase(status: Status): Style {
  const byPhase = standingOfPhase(status.phase);
  return styleOf(byPhase === 'under way' ? byPhase : standingOf(status));
}

function describeDetail({ refused, reason, services }: Status): string {
  if (refused !== null) return `refused revision ${refused.revision ?? '?'}: ${formatReason(refused)}`;
  if (reason !== null) return formatReason(reason);
  return Object.entries(services)
    .map(([name, service]) => `${name} ${describeService(service)}`)
    .join(', ');
}
