// Devices and their deployments as a table: a row for each deployment of each device.
import Table from 'cli-table3';
import { SETTLED_PHASES, type Status } from '../../protocol/status.ts';
import { describeService, formatReason } from './describe-status.ts';
import type { DeviceView } from './fleet-view.ts';

const HEAD = ['DEVICE', 'ONLINE', 'DEPLOYMENT', 'DESIRED', 'RUNNING', 'PHASE', 'DETAIL', 'REPORTED'];
/** Long reasons are cut for the eye; `--json` has them whole. */
const MAX_DETAIL = 72;
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
  middle: '  ',
};

/** Whether a deployment of the device is anything but good: not settled, not well, or its last document refused. */
export function isBadNews({ statuses }: DeviceView): boolean {
  return [...statuses.values()].some((status) => !isGood(status));
}

function isGood({ phase, refused }: Status): boolean {
  return (phase === 'converged' || phase === 'removed') && refused === null;
}

/** Without borders; bold heads and colours on a terminal only. */
export function formatStatusTable(devices: readonly DeviceView[], isTerminal: boolean): string {
  const table = new Table({
    head: HEAD,
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: isTerminal ? ['bold'] : [], border: [] },
  });
  for (const device of devices) table.push(...deviceRows(device, isTerminal));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function deviceRows(view: DeviceView, isTerminal: boolean): string[][] {
  const online = view.presence === null ? '?' : view.presence.online ? 'yes' : 'no';
  const statuses = [...view.statuses.values()].sort((one, other) =>
    one.deployment < other.deployment ? -1 : 1,
  );
  if (statuses.length === 0) return [[view.device, online, '-', '-', '-', '-', '', view.state?.at ?? '-']];
  return statuses.map((status) => [
    view.device,
    online,
    status.deployment,
    String(status.desired?.revision ?? '-'),
    String(status.running?.revision ?? '-'),
    colour(status, isTerminal),
    describeDetail(status),
    status.at,
  ]);
}

function colour(status: Status, isTerminal: boolean): string {
  if (!isTerminal) return status.phase;
  const isMoving = !SETTLED_PHASES.has(status.phase) && status.phase !== 'degraded';
  const code = isGood(status) ? 32 : isMoving ? 33 : 31;
  return `\u001b[${code}m${status.phase}\u001b[39m`;
}

function describeDetail({ refused, reason, services }: Status): string {
  if (refused !== null) return clip(`refused revision ${refused.revision ?? '?'}: ${formatReason(refused)}`);
  if (reason !== null) return clip(formatReason(reason));
  return clip(
    Object.entries(services)
      .map(([name, service]) => `${name} ${describeService(service)}`)
      .join(', '),
  );
}

function clip(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > MAX_DETAIL ? `${line.slice(0, MAX_DETAIL - 1)}…` : line;
}
