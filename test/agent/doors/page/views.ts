// What a page has to show, and the worst that could stand in it.
import type { PageView } from '../../../../agent/doors/page/html/fragments.ts';
import { type Offer, type Offers, offer } from '../../../../agent/operations/offer.ts';
import { report } from '../../../../protocol/operations/report.ts';
import { retry } from '../../../../protocol/operations/retry.ts';
import { type LocalStatus, status } from '../../../../protocol/operations/status.ts';
import { type Findings, why } from '../../../../protocol/operations/why.ts';
import type { Finding } from '../../../../protocol/reports/finding.ts';
import { makeDeployment, makeLocalStatus, makeService, NOW } from '../../cli/fixtures.ts';

export const OPERATIONS = [status, why, retry, report];

export function makeFindings(...findings: Finding[]): Findings {
  return { findings, folded: [], deployments: 1, services: 1, under_way: [], at: NOW.toISOString() };
}

export function makeFinding(changes: Partial<Finding> = {}): Finding {
  return {
    id: 'unhealthy:deployments/line-vision',
    code: 'unhealthy',
    severity: 'error',
    subject: 'deployments/line-vision',
    title: 'line-vision/detector: its probe fails: HTTP 500',
    since: '2026-11-22T11:50:00Z',
    evidence: ['3 probes failed'],
    changed: ['revision 7 was accepted 5s before'],
    log: ["KeyError: 'serial_port'"],
    cause_of: [],
    fix: { by: 'technician', text: 'try it again', command: 'holdfast retry line-vision', can_run: false },
    ...changes,
  };
}

export function makeView(changes: Partial<PageView> = {}): PageView {
  const findings = makeFindings();
  return { status: makeLocalStatus(), findings, operations: OPERATIONS, now: NOW, ...changes };
}

/** Ends a text, an attribute, a script and an event; runs where it is markup; and hides what follows. */
export const ATTACK = `"'></script></title><script>window.hacked=1</script><img src=x onerror=window.hacked=1>\n\ndata: x\u202e\u0000&lt;`;

/** With the attack wherever a broker, an engine, a registry, a document or a service has a say. */
export function attackedView(): PageView {
  const service = makeService({
    state: 'exited',
    health: 'unhealthy',
    image: `registry.example.com/${ATTACK}`,
    container: ATTACK,
    last_failure: { code: ATTACK, message: ATTACK, at: '2026-11-22T11:59:00Z' },
  });
  const deployment = makeDeployment({
    source: `groups/${ATTACK}`,
    phase: 'failed',
    reason: { code: ATTACK, path: ATTACK, message: ATTACK, hint: ATTACK, log: [ATTACK, ATTACK] },
    refused: { revision: 8, code: ATTACK, path: ATTACK, message: ATTACK, at: ATTACK },
    services: { detector: service },
  });
  const finding = makeFinding({
    ...{ title: ATTACK, evidence: [ATTACK], changed: [ATTACK], log: [ATTACK] },
    fix: { by: 'technician', text: ATTACK, command: ATTACK, can_run: false },
  });
  const healthy = makeLocalStatus();
  return makeView({
    findings: makeFindings(finding),
    status: makeLocalStatus({
      host_name: ATTACK,
      groups: [ATTACK],
      broker: {
        ...healthy.broker,
        ...{ is_connected: false, url: ATTACK, denied: [ATTACK] },
        trouble: { code: 'closed', message: ATTACK },
      },
      engine: { is_reachable: false, message: ATTACK, hint: ATTACK },
      deployments: [deployment],
    }),
  });
}

/** An agent that tells what `view` holds at the moment. */
export function offersOf(view: () => PageView): Pick<Offers, 'status' | 'why'> {
  const tellStatus = (): Promise<{ kind: 'done'; answer: LocalStatus }> =>
    Promise.resolve({ kind: 'done', answer: view().status });
  const tellFindings: Offer<Findings> = offer(why, async () => ({ kind: 'done', answer: view().findings }));
  return { status: offer(status, tellStatus), why: tellFindings };
}
