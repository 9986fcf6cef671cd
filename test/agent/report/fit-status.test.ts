import { expect, it } from 'vitest';
import { fitStatus } from '../../../agent/report/fit-status.ts';
import { MAX_RETAINED_BYTES } from '../../../protocol/payload.ts';
import type { ServiceStatus, Status } from '../../../protocol/reports/status.ts';

const SERVICE: ServiceStatus = {
  state: 'running',
  health: 'healthy',
  image: 'registry.example.com/service:1',
  digest: null,
  container: null,
  restarts: 0,
  started_at: null,
  exit_code: null,
  oom_killed: false,
  limits: null,
  progress: null,
  last_failure: null,
};

function statusOf(services: Status['services'], log: string[] = []): Status {
  return {
    schema: 'holdfast.status/1',
    deployment: 'app',
    source: 'device',
    desired: null,
    running: null,
    phase: 'degraded',
    reason: { code: 'exited', message: 'it exited', log },
    refused: null,
    services,
    seq: 1,
    at: '2026-11-22T10:00:00Z',
  };
}

function many<T>(count: number, service: T): Record<string, T> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`s${index}`, service]));
}

function sizeOf(status: Status): number {
  return Buffer.byteLength(JSON.stringify(status));
}

it('leaves a status that fits as it is', () => {
  const status = statusOf(many(3, SERVICE), ['last words']);
  expect(fitStatus(status)).toBe(status);
});

it('leaves out the texts of failures first', () => {
  const at = '2026-11-22T10:00:00Z';
  const place = { file: 'a.py', line: 1, function: 'f' };
  const python = { type: 'KeyError', message: 'x', ...place, fingerprint: 'f', traceback: 't'.repeat(3000) };
  const failure = { code: 'exited', message: 'it exited', at, python, log: ['x'.repeat(900)] };
  const fitted = fitStatus(statusOf(many(20, { ...SERVICE, last_failure: failure }), ['last words']));
  expect(fitted).toMatchObject({ shortened: true, reason: { log: ['last words'] } });
  expect(Object.keys(fitted.services)).toHaveLength(20);
  expect(fitted.services.s0?.last_failure).toEqual({
    ...{ code: 'exited', message: 'it exited', at },
    python: { ...python, traceback: '' },
  });
});

it('leaves out the texts of an update that was taken back with them', () => {
  const at = '2026-11-22T10:00:00Z';
  const failure = { code: 'exited', message: 'it exited', at, failures: 3, log: ['x'.repeat(9000)] };
  const status = { ...statusOf({}), barred: { revision: 2, at, services: many(8, failure) } };
  expect(fitStatus(status).barred?.services?.s7).toEqual({
    code: 'exited',
    message: 'it exited',
    at,
    failures: 3,
  });
});

it('leaves out the log next', () => {
  const status = statusOf(
    many(3, SERVICE),
    Array.from({ length: 10 }, () => 'x'.repeat(8000)),
  );
  const fitted = fitStatus(status);
  expect(fitted).toMatchObject({ shortened: true, reason: { code: 'exited' } });
  expect(fitted.reason).not.toHaveProperty('log');
  expect(Object.keys(fitted.services)).toHaveLength(3);
});

it('leaves out services that are well before those that are not', () => {
  const status = statusOf({ ...many(300, SERVICE), bad: { ...SERVICE, health: 'unhealthy' } });
  const fitted = fitStatus(status);
  expect(Object.keys(fitted.services)).toEqual(['bad']);
  expect(fitted.shortened).toBe(true);
});

it('always fits, though every service has long troubles', () => {
  const failure = { code: 'exited', message: 'y'.repeat(1000), at: '2026-11-22T10:00:00Z' };
  const status = statusOf(many(128, { ...SERVICE, state: 'exited', last_failure: failure }));
  expect(sizeOf(status)).toBeGreaterThan(MAX_RETAINED_BYTES);
  expect(sizeOf(fitStatus(status))).toBeLessThanOrEqual(MAX_RETAINED_BYTES);
});

it('leaves out the ports before any service', () => {
  const port = { target: 80, protocol: 'tcp' as const, host_ip: '127.0.0.1', published: 32_768 };
  const ports = Array.from({ length: 64 }, () => port);
  const fitted = fitStatus(statusOf(many(20, { ...SERVICE, ports })));
  expect(fitted.shortened).toBe(true);
  expect(Object.values(fitted.services)).toEqual(Array.from({ length: 20 }, () => SERVICE));
});
