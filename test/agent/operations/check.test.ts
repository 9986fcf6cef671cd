import { expect, test } from 'vitest';
import { offerCheck } from '../../../agent/operations/check.ts';
import type { KnownForChecks } from '../../../agent/ports/checks.ts';
import type { LineStatus } from '../../../agent/ports/line.ts';
import { makeDeployment } from '../cli/fixtures.ts';

test('the checks are told with the findings, and know how the line stands', async () => {
  const line: LineStatus = { isConnected: true, protocol: '5', since: '', trouble: null, denied: ['a'] };
  const asked: KnownForChecks[] = [];
  const checked = { name: 'disk', result: 'ok', text: 'fine' } as const;
  const offered = offerCheck({
    checks: {
      run: async (known) => {
        asked.push(known);
        return [checked];
      },
    },
    broker: { status: () => line },
    diagnosis: {
      find: () => ({ findings: [], folded: [], statuses: [makeDeployment()], at: '2026-11-22T12:00:00Z' }),
    },
  });
  expect(await offered.ask({}, new AbortController().signal)).toEqual({
    kind: 'done',
    answer: {
      ...{ checks: [checked], findings: [], folded: [], deployments: 1, services: 1, under_way: [] },
      at: '2026-11-22T12:00:00Z',
    },
  });
  expect(asked).toEqual([{ broker: line }]);
});
