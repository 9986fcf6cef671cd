// What `holdfast why` prints, at the width of a phone and of a terminal.
import { expect, test } from 'vitest';
import { isWithoutErrors, renderWhy } from '../../../lib/answers/why.ts';
import { widthOf } from '../../../lib/render/width.ts';
import type { Findings } from '../../../protocol/operations/why.ts';
import type { Finding } from '../../../protocol/reports/finding.ts';
import { NOW } from '../../agent/cli/fixtures.ts';

const DEGRADED: Finding = {
  ...{ id: 'deployment_degraded:deployments/line', code: 'deployment_degraded', severity: 'error' },
  ...{ subject: 'deployments/line', title: 'line is not well with revision 7', cause_of: [], fix: null },
  ...{ since: '2026-11-22T11:50:00Z', evidence: [], changed: [], log: [] },
};
const EXITED: Finding = {
  ...{ id: 'exited:deployments/line/services/web', code: 'exited', severity: 'error' },
  subject: 'deployments/line/services/web',
  title: 'line/web: it has failed 4 times within 1m; the last time: it exited with code 1',
  since: '2026-11-22T11:50:00Z',
  evidence: ['exited with code 1, 4 restarts; image r.example.com/web:7'],
  changed: ['revision 7 was accepted 5s before'],
  log: ['Traceback (most recent call last):', "KeyError: 'serial_port'"],
  cause_of: [DEGRADED.id],
  fix: { by: 'technician', text: 'try it again', command: 'holdfast retry line', can_run: true },
};
const ANSWER: Findings = {
  ...{ findings: [EXITED], folded: [DEGRADED], deployments: 2, services: 3, under_way: [] },
  at: NOW.toISOString(),
};

const render = (answer: Findings, columns: number) =>
  renderWhy(answer, { now: NOW, columns, hasColour: false });

test('at 80 columns', () => {
  expect(render(ANSWER, 80)).toMatchInlineSnapshot(`
    "line/web: it has failed 4 times within 1m; the last time: it exited with code 1
      error for 10m
      changed: revision 7 was accepted 5s before
      seen: exited with code 1, 4 restarts; image r.example.com/web:7
      so: line is not well with revision 7
      do: try it again
      run: holdfast retry line
      | Traceback (most recent call last):
      | KeyError: 'serial_port'
    "
  `);
});

test('at 40 columns, none of them passed', () => {
  const text = render(ANSWER, 40);
  expect(text).toMatchInlineSnapshot(`
    "line/web: it has failed 4 times within
      1m; the last time: it exited with code
      1
      error for 10m
      changed: revision 7 was accepted 5s
        before
      seen: exited with code 1, 4 restarts;
        image r.example.com/web:7
      so: line is not well with revision 7
      do: try it again
      run: holdfast retry line
      | Traceback (most recent call last):
      | KeyError: 'serial_port'
    "
  `);
  const typed = /run:|fix:|\|/;
  for (const line of text.split('\n').filter((one) => !typed.test(one)))
    expect(widthOf(line)).toBeLessThanOrEqual(40);
});

test('when it is tried again is said by how long that is, and the command for its log as one', () => {
  const evidence = ['next try at 2026-11-22T12:00:19Z', 'its log: holdfast logs line/web'];
  const fix = { by: 'fleet_manager', text: 'correct the service', can_run: false } as const;
  const finding = { ...EXITED, evidence, fix, changed: [], cause_of: [], log: [] };
  const text = render({ ...ANSWER, findings: [finding], folded: [] }, 80);
  expect(text.split('\n').slice(1, -1)).toEqual([
    '  error for 10m',
    expect.stringMatching(/^ {2}next try in 19s \(\d\d:\d\d:19\)$/),
    '  its log: holdfast logs line/web',
    '  ask the fleet manager: correct the service',
  ]);
});

test('of its last lines the marks that Python puts below the code are left out', () => {
  const log = ['    port = settings["port"]', '           ~~~~~~~~^^^^^^^^', "KeyError: 'port'"];
  const text = render({ ...ANSWER, findings: [{ ...EXITED, log }] }, 80);
  expect(text.split('\n').slice(-3, -1)).toEqual(['  |     port = settings["port"]', "  | KeyError: 'port'"]);
});

test('of a healthy device one line', () => {
  expect(render({ ...ANSWER, findings: [], folded: [] }, 40)).toBe('all well: 2 deployments, 3 services\n');
  const underWay = { ...ANSWER, findings: [], folded: [], under_way: ['line: pulling'] };
  expect(render(underWay, 80)).toBe('nothing wrong in 2 deployments, 3 services; under way: line: pulling\n');
});

test('it is bad news only where something does not work', () => {
  expect(isWithoutErrors({ findings: [EXITED] })).toBe(false);
  expect(isWithoutErrors({ findings: [{ ...EXITED, severity: 'warning' }] })).toBe(true);
});
