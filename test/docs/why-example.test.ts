// The example of `holdfast why` in operations.md is what the command prints.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findAll } from '../../agent/findings/find.ts';
import { renderWhy } from '../../lib/answers/why.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { makeDeployment, makeService } from '../agent/cli/fixtures.ts';
import { ago, makeEvent, makeFacts } from '../agent/findings/facts.ts';
import { OPERATIONS_PAGE } from './operations-rows.ts';

const BEGIN = '$ holdfast why\n';
const message = 'it has failed 4 times within 1m; the last time: it exited with code 1';
const log = [
  'Traceback (most recent call last):',
  '  File "/app/app.py", line 12, in main',
  '    port = settings["serial_port"]',
  "KeyError: 'serial_port'",
];
const STATUS: Status = makeDeployment({
  ...{ deployment: 'line', phase: 'degraded', since: ago(600_000) },
  reason: { code: 'exited', path: 'services.web', message, log },
  services: {
    web: makeService({
      ...{ state: 'exited', health: 'unknown', exit_code: 1, restarts: 3 },
      image: 'r.example.com/web:7',
      last_failure: {
        ...{ code: 'exited', message, at: ago(20_000), exit_code: 1, next_try_at: ago(-90_000), log },
        ...{ count: 4, first_at: ago(660_000) },
        python: {
          ...{ type: 'KeyError', message: "'serial_port'", file: '/app/app.py', line: 12 },
          ...{ function: 'main', fingerprint: '0123456789abcdef', traceback: log.join('\n') },
        },
      },
    }),
  },
});

beforeEach(() => {
  vi.stubEnv('TZ', 'UTC');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

test('the example is real', () => {
  const events = [makeEvent('document_accepted', 605_000, { deployment: 'line', revision: 7 })];
  const facts = makeFacts({ statuses: [STATUS], events: () => events });
  const { findings, folded } = findAll(facts, new Map(), 0);
  const answer = {
    ...{ findings: [...findings], folded: [...folded], deployments: 1, services: 1, under_way: [] },
    at: facts.now.toISOString(),
  };
  const printed = renderWhy(answer, { now: facts.now, columns: 80, hasColour: false });
  const page = readFileSync(OPERATIONS_PAGE, 'utf8');
  const [shown = ''] = page.slice(page.indexOf(BEGIN) + BEGIN.length).split('```');
  expect(shown).toBe(printed);
});
