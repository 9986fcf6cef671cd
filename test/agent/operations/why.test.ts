import { describe, expect, test } from 'vitest';
import { offerWhy, type WhySources } from '../../../agent/operations/why.ts';
import type { Finding } from '../../../protocol/reports/finding.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

function finding(code: string, subject: string, causeOf: readonly string[] = []): Finding {
  return {
    ...{ id: `${code}:${subject}`, code, subject, severity: 'error', title: code },
    ...{ since: '2026-11-22T12:00:00Z', evidence: [], changed: [], log: [], fix: null },
    cause_of: [...causeOf],
  };
}

const STATUSES = [
  makeDeployment({ deployment: 'line', services: { web: makeService(), db: makeService() } }),
  makeDeployment({ deployment: 'other', services: { web: makeService() } }),
  makeDeployment({ deployment: 'gone', phase: 'removed', services: {} }),
];
const WEB = finding('exited', 'deployments/line/services/web', ['degraded:deployments/line']);
const BROKER = finding('broker_tls', 'broker');
const ENGINE = finding('engine_unreachable', 'engine', ['engine_unavailable:deployments/other']);
const DIAGNOSIS: WhySources = {
  find: () => ({
    findings: [ENGINE, WEB, BROKER],
    folded: [finding('engine_unavailable', 'deployments/other'), finding('degraded', 'deployments/line')],
    ...{ statuses: STATUSES, at: '2026-11-22T12:00:00Z' },
  }),
};

async function ask(target?: string) {
  const args = target === undefined ? {} : { target };
  const outcome = await offerWhy(DIAGNOSIS).ask(args, new AbortController().signal);
  if (outcome.kind !== 'done') return outcome;
  const { findings, folded, ...rest } = outcome.answer;
  const ids = (list: readonly Finding[]) => list.map(({ id }) => id);
  return { findings: ids(findings), folded: ids(folded), ...rest };
}

test('without a name all is told, with how much is looked after', async () => {
  expect(await ask()).toMatchObject({
    findings: [ENGINE.id, WEB.id, BROKER.id],
    folded: ['engine_unavailable:deployments/other', 'degraded:deployments/line'],
    ...{ deployments: 2, services: 3 },
  });
});

describe('a name', () => {
  test.each([
    ['of a deployment', 'line', [WEB.id]],
    ['of a deployment that only suffers', 'other', [ENGINE.id]],
    ['of a service, wherever it is', 'web', [WEB.id]],
    ['of one service', 'line/web', [WEB.id]],
    ['of a service that is well', 'line/db', []],
  ])('%s', async (_, target, findings) => {
    expect(await ask(target)).toMatchObject({ findings });
  });

  test('counts what it stands for, and not the rest', async () => {
    expect(await ask('line/db')).toMatchObject({ deployments: 1, services: 1 });
    expect(await ask('line')).toMatchObject({ deployments: 1, services: 2 });
  });

  test.each(['nope', 'line/nope', 'gone', 'web/line'])('that is none here: %s', async (target) => {
    expect(await ask(target)).toMatchObject({ kind: 'not_found', code: 'no_such_name' });
  });

  test.each(['', '../x', 'a/b/c', 'a b'])('that none can be: "%s"', async (target) => {
    expect(await ask(target)).toMatchObject({ kind: 'invalid' });
  });
});
