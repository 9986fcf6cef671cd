import { expect, test } from 'vitest';
import { formatStatusTable, isBadNews } from '../../../../fleet/ctl/render/status-table.ts';
import type { DeviceView } from '../../../../fleet/view/fleet-view.ts';
import { paint } from '../../../../lib/render/colour.ts';
import { PRESENCE_SCHEMA } from '../../../../protocol/reports/presence.ts';
import type { Status } from '../../../../protocol/reports/status.ts';
import { AT, makeStatus } from '../../support/fake-device.ts';

const PIPE = { columns: null, hasColour: false };
const refused = { revision: 4, code: 'stale', path: '', message: 'm', at: AT };

const presence = { schema: PRESENCE_SCHEMA, online: true, since: AT, boot_id: 'boot' } as const;

function view(device: string, ...statuses: Partial<Status>[]): DeviceView {
  const all = statuses.map(makeStatus);
  const named = new Map(all.map((status) => [status.deployment, status]));
  return { device, presence, state: null, statuses: named };
}

test('rows are in the order of the deployments, and columns in line', () => {
  const reason = { code: 'exited', message: 'it exited', path: 'services.web' };
  const table = formatStatusTable(
    [
      view('edge-01', { deployment: 'b', phase: 'failed', reason }, { deployment: 'a', phase: 'removed' }),
      { ...view('e2'), presence: null },
    ],
    PIPE,
  );
  expect(table.split('\n')).toEqual([
    'DEVICE   ONLINE  DEPLOYMENT  DESIRED  RUNNING  PHASE    DETAIL                            REPORTED',
    `edge-01  yes     a           -        -        removed                                    ${AT}`,
    `edge-01  yes     b           -        -        failed   exited: it exited (services.web)  ${AT}`,
    'e2       ?       -           -        -        -                                          -',
  ]);
});

test.each([
  [null, 72],
  [120, 38],
  [60, 20],
])('of %s columns a long detail takes what is left', (columns, width) => {
  const reason = { code: 'x', message: '東京 and '.repeat(20) };
  const table = formatStatusTable([view('edge-01', { phase: 'failed', reason })], { ...PIPE, columns });
  const [, row = ''] = table.split('\n');
  const detail = / (x: .*…)/.exec(row)?.[1] ?? '';
  const wide = [...detail].filter((character) => /\p{Script=Han}/u.test(character)).length;
  expect(width - (detail.length + wide)).toBeLessThanOrEqual(1);
});

test('a phase has the colour of its standing, and the heads are bold', () => {
  const tableOf = (status: Partial<Status>) =>
    formatStatusTable([view('e', status)], { columns: null, hasColour: true });
  expect(tableOf({})).toContain(paint('DEVICE', 'bold'));
  expect(tableOf({ phase: 'converged' })).toContain(paint('converged', 'green'));
  expect(tableOf({ phase: 'pulling', refused })).toContain(paint('pulling', 'yellow'));
  expect(tableOf({ phase: 'converged', refused })).toContain(paint('converged', 'red'));
  expect(tableOf({ phase: 'degraded' })).toContain(paint('degraded', 'red'));
});

test('what is not settled well, or was refused, is bad news', () => {
  expect(isBadNews(view('e', { deployment: 'a' }, { deployment: 'b', phase: 'removed' }))).toBe(false);
  expect(isBadNews(view('e', { phase: 'proving' }))).toBe(true);
  expect(isBadNews(view('e', { refused }))).toBe(true);
});
