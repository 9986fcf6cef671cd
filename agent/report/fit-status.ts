// Statuses are retained, and retained payloads have a limit: what would pass it is shortened, with a mark.
import { MAX_RETAINED_BYTES } from '../../protocol/payload.ts';
import type { LastFailure, ServiceStatus, Status, UpdateFailure } from '../../protocol/reports/status.ts';

/** What can be left out, the least missed first. */
const CUTS: readonly ((status: Status) => Status)[] = [
  withoutFailureTexts,
  withoutLog,
  withoutPorts,
  (status) => withoutServices(status, ({ state, health }) => state === 'running' && health === 'healthy'),
  (status) => withoutServices(status, () => true),
];

/** The status as it is where it fits, else with as little left out as it takes. */
export function fitStatus(status: Status, maxBytes: number = MAX_RETAINED_BYTES): Status {
  let fitted = status;
  for (const cut of CUTS) {
    if (Buffer.byteLength(JSON.stringify(fitted)) <= maxBytes) return fitted;
    fitted = { ...cut(fitted), shortened: true };
  }
  return fitted;
}

function withoutLog(status: Status): Status {
  if (status.reason === null) return status;
  const { log: _log, ...reason } = status.reason;
  return { ...status, reason };
}

function withoutFailureTexts(status: Status): Status {
  const shorter = mapServices(status, (service) => {
    const { last_failure: failure } = service;
    return failure === null ? service : { ...service, last_failure: withoutTexts(failure) };
  });
  return mapFailed(shorter, withoutTexts);
}

function withoutTexts<T extends LastFailure>(failure: T): Omit<T, 'log' | 'python' | 'hang'> {
  const { log: _log, python, hang, ...rest } = failure;
  return {
    ...rest,
    ...(python === undefined ? {} : { python: { ...python, traceback: '' } }),
    ...(hang === undefined ? {} : { hang: { ...hang, dump: '' } }),
  };
}

/** The failures of the update that was taken back. */
function mapFailed(status: Status, change: (failure: UpdateFailure) => UpdateFailure): Status {
  const { barred } = status;
  if (barred?.services === undefined) return status;
  const services = Object.entries(barred.services).map(([name, failure]) => [name, change(failure)] as const);
  return { ...status, barred: { ...barred, services: Object.fromEntries(services) } };
}

function withoutPorts(status: Status): Status {
  return mapServices(status, ({ ports: _ports, ...service }) => service);
}

function mapServices(status: Status, change: (service: ServiceStatus) => ServiceStatus): Status {
  const services = Object.entries(status.services).map(([name, service]) => [name, change(service)] as const);
  return { ...status, services: Object.fromEntries(services) };
}

function withoutServices(
  status: Status,
  isMissedLess: (service: Status['services'][string]) => boolean,
): Status {
  const kept = Object.entries(status.services).filter(([, service]) => !isMissedLess(service));
  return { ...status, services: Object.fromEntries(kept) };
}
