import { expect, test } from 'vitest';
import { isCheckedWell, renderCheck } from '../../../lib/answers/check.ts';
import { widthOf } from '../../../lib/render/width.ts';
import type { CheckAnswer } from '../../../protocol/operations/check.ts';
import type { Finding } from '../../../protocol/reports/finding.ts';
import { NOW } from '../../agent/cli/fixtures.ts';

const WELL: CheckAnswer = {
  checks: [
    { name: 'disk', result: 'ok', text: '20.0 GiB of 29.8 GiB are free in /var/lib/holdfast' },
    { name: 'clock', result: 'ok', text: 'synchronised, told by timesyncd' },
  ],
  ...{ findings: [], folded: [], deployments: 3, services: 7, under_way: [], at: NOW.toISOString() },
};
const CLOCK = {
  name: 'clock',
  result: 'warning',
  text: 'not synchronised, told by kernel; see timedatectl',
} as const;
const REGISTRY = { name: 'registries', result: 'unknown', text: 'no answer in 2 s' } as const;
const FINDING: Finding = {
  ...{
    id: 'disk_low:disk',
    code: 'disk_low',
    severity: 'error',
    subject: 'disk',
    title: 'the disk is nearly full',
  },
  ...{ since: '2026-11-22T11:50:00Z', evidence: [], changed: [], log: [], cause_of: [], fix: null },
};

const render = (answer: CheckAnswer, columns: number) =>
  renderCheck(answer, { now: NOW, columns, hasColour: false });

test('it is silent when all is well', () => {
  expect(render(WELL, 80)).toBe('all well: 2 checks, 3 deployments, 7 services\n');
});

test('else what is not well is told, and how much was looked at', () => {
  const text = render({ ...WELL, checks: [...WELL.checks, CLOCK, REGISTRY] }, 40);
  expect(text).toMatchInlineSnapshot(`
    "warning: clock: not synchronised, told
      by kernel; see timedatectl
    unknown: registries: no answer in 2 s
    2 of 4 checks not well
    "
  `);
  for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(40);
});

test('with the findings below', () => {
  expect(render({ ...WELL, checks: [CLOCK], findings: [FINDING] }, 80)).toMatchInlineSnapshot(`
    "warning: clock: not synchronised, told by kernel; see timedatectl

    the disk is nearly full
      error for 10m

    1 of 1 checks not well
    "
  `);
});

test('it is bad news only where something does not work', () => {
  expect(isCheckedWell({ ...WELL, checks: [CLOCK, REGISTRY] })).toBe(true);
  expect(isCheckedWell({ ...WELL, checks: [{ ...CLOCK, result: 'error' }] })).toBe(false);
  expect(isCheckedWell({ ...WELL, findings: [FINDING] })).toBe(false);
});
