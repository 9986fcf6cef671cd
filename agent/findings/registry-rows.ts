// Registries: what keeps several deployments from their images is told once.
// Tested in test/agent/findings/find.test.ts.
import type { Reason, Status } from '../../protocol/reports/status.ts';
import { parseImageReference } from '../../protocol/values/image-reference.ts';
import type { Found, Row } from './candidate.ts';
import type { Facts } from './facts.ts';
import { serviceIn } from './reason-rows.ts';
import { fixOf } from './remedies.ts';

/** Codes of pulls that a registry is to blame for, not one image. */
const REGISTRY_CODES: ReadonlySet<string> = new Set([
  'registry_unreachable',
  'registry_tls',
  'registry_auth',
  'registry_rate_limited',
]);

interface FailedPull {
  readonly host: string;
  readonly reason: Reason;
  readonly status: Status;
}

function failedPulls({ statuses }: Facts): FailedPull[] {
  return statuses.flatMap((status) => {
    const { reason, services } = status;
    const image = services[serviceIn(status) ?? '']?.image;
    const host = image === undefined ? undefined : parseImageReference(image)?.host;
    if (reason === null || host === undefined || !REGISTRY_CODES.has(reason.code)) return [];
    return [{ host, reason, status }];
  });
}

function registryFound(host: string, pulls: readonly FailedPull[]): Found[] {
  return [...Map.groupBy(pulls, ({ reason }) => reason.code)].flatMap(([code, ofCode]) => {
    const [first] = ofCode;
    if (first === undefined) return [];
    const { reason, status } = first;
    const names = ofCode.map((pull) => pull.status.deployment);
    const since = ofCode.flatMap((pull) => pull.status.since ?? []).toSorted()[0];
    return {
      code,
      severity: ofCode.some((pull) => pull.status.phase !== 'pulling') ? 'error' : 'warning',
      subject: `registries/${host}`,
      title: `registry ${host}: ${reason.message}`,
      ...(since === undefined ? {} : { since }),
      evidence: [`pulled from by ${names.join(', ')}`],
      fix: fixOf(code, { deployment: status.deployment, service: null }, reason.hint),
    };
  });
}

export const REGISTRY_ROW: Row = {
  ...{ code: 'registry', severity: 'error', visibleAfterMs: 0 },
  meaning:
    'a registry cannot be reached, does not let the device in, or is asked too often; with the code of its reason',
  mend: 'check network, proxy and clock, or log in with `[registries]`',
  find: (facts) =>
    [...Map.groupBy(failedPulls(facts), ({ host }) => host)].flatMap(([host, pulls]) =>
      registryFound(host, pulls),
    ),
  causes: ({ code, subject }, other, facts) =>
    other.code === code &&
    failedPulls(facts).some(
      ({ host, status }) => `registries/${host}` === subject && status.deployment === other.deployment,
    ),
};
