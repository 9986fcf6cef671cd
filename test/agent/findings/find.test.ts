// From facts to findings: each row, what follows from what, since when, and what changed just before.
import { parse } from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../agent/findings/facts.ts';
import { findAll } from '../../../agent/findings/find.ts';
import { type Finding, findingSchema } from '../../../protocol/reports/finding.ts';
import type { Reason, Status } from '../../../protocol/reports/status.ts';
import { makeDeployment, makeService, RUNNING_6 } from '../cli/fixtures.ts';
import { ago, makeEvent, makeFacts } from './facts.ts';

const LONG_MS = 60 * 60_000;

/** As it is found once it has lasted long enough for anything to be told. */
function findLasting(changes: Partial<Facts>) {
  const facts = makeFacts(changes);
  const { memory } = findAll(facts, new Map(), 0);
  const seen = new Map([...memory].map(([id, one]) => [id, { ...one, lastMs: LONG_MS }]));
  return findAll(facts, seen, LONG_MS);
}

function ids(findings: readonly Finding[]): string[] {
  return findings.map(({ id }) => id);
}

function failing(changes: Partial<Status> & { readonly reason: Reason }): Status {
  return makeDeployment({ phase: 'degraded', since: ago(90_000), ...changes });
}

test('a healthy device has no finding', () => {
  expect(findLasting({}).findings).toEqual([]);
  expect(findLasting({}).folded).toEqual([]);
});

test('each finding is one that the schema takes', () => {
  const reason = { code: 'exited', path: 'services.detector', message: 'it exited with code 1', log: ['x'] };
  const { findings, folded } = findLasting({ statuses: [failing({ reason })] });
  for (const finding of [...findings, ...folded]) expect(parse(findingSchema, finding)).toEqual(finding);
  expect(findings).toHaveLength(1);
});

const EXITED: Reason = {
  code: 'exited',
  path: 'services.detector',
  message: 'it has failed 4 times within 1m; the last time: it exited with code 1',
  log: ['Traceback (most recent call last):', "KeyError: 'serial_port'"],
};

const KEY_ERROR = {
  ...{ type: 'KeyError', message: "'serial_port'", file: '/app/app.py', line: 12, function: 'main' },
  ...{ fingerprint: '0123456789abcdef', traceback: "KeyError: 'serial_port'" },
};

describe('a service that fails', () => {
  const failedService = makeService({
    ...{ state: 'exited', health: 'unknown', exit_code: 1, restarts: 4 },
    last_failure: { code: 'exited', message: 'it exited with code 1', at: ago(1000) },
  });

  test('is the cause, with its last lines; that the deployment is degraded follows from it', () => {
    const { findings, folded } = findLasting({
      statuses: [failing({ reason: EXITED, services: { detector: failedService } })],
    });
    expect(findings).toMatchObject([
      {
        id: 'exited:deployments/line-vision/services/detector',
        severity: 'error',
        title: `line-vision/detector: ${EXITED.message}`,
        since: ago(90_000),
        evidence: expect.arrayContaining([
          expect.stringContaining('exited with code 1, restarted 4 times since its container'),
        ]),
        log: EXITED.log,
        cause_of: ['deployment_degraded:deployments/line-vision'],
        // Once it is mended, the technician does not have to wait for the next try.
        fix: {
          ...{ by: 'fleet_manager', text: expect.stringMatching(/; then try again$/) },
          ...{ command: 'holdfast retry line-vision', can_run: true },
        },
      },
    ]);
    expect(ids(folded)).toEqual(['deployment_degraded:deployments/line-vision']);
  });

  test('takes with it those that wait for it, over however many', () => {
    const waiting = makeService({ state: 'created', health: 'unknown', container: null });
    const services = { detector: failedService, web: waiting, proxy: waiting };
    const { findings, folded } = findLasting({
      statuses: [failing({ reason: EXITED, services })],
      needs: { 'line-vision': { web: ['detector'], proxy: ['web'] } },
    });
    expect(ids(findings)).toEqual(['exited:deployments/line-vision/services/detector']);
    expect(ids(folded)).toContain('service_waits:deployments/line-vision/services/proxy');
  });

  test('is told beside another that fails for itself', () => {
    const services = { detector: failedService, web: failedService };
    const { findings } = findLasting({ statuses: [failing({ reason: EXITED, services })] });
    expect(ids(findings)).toEqual([
      'exited:deployments/line-vision/services/detector',
      'exited:deployments/line-vision/services/web',
    ]);
  });

  test('again and again is told though it is well at this look', () => {
    const failed = [1000, 600_000, 1_200_000].map((ms) =>
      makeEvent('service_failed', ms, { deployment: 'line-vision', service: 'detector' }),
    );
    const service = makeService({
      restarts: 3,
      last_failure: {
        ...{ code: 'exited', message: 'it exited with code 1', at: ago(1000) },
        ...{ python: KEY_ERROR, count: 3, log: EXITED.log },
      },
    });
    const statuses = [makeDeployment({ services: { detector: service } })];
    const { findings } = findLasting({ statuses, events: () => failed });
    expect(findings).toMatchObject([
      {
        id: 'exited:deployments/line-vision/services/detector',
        severity: 'warning',
        title:
          'line-vision/detector has failed 3 times within 19m 59s, and runs now; the last time: it exited with code 1: ' +
          "KeyError: 'serial_port' (app.py:12)",
        evidence: expect.arrayContaining(['KeyError has come 3 times']),
        log: EXITED.log,
        fix: { by: 'nobody', text: expect.stringContaining('if it fails again') },
      },
    ]);
    const twice = { statuses, events: () => failed.slice(0, 2) };
    expect(findLasting(twice).findings).toEqual([]);
  });
});

test('an update that was rolled back names what failed, not that it was rolled back', () => {
  const reason = {
    ...{ code: 'unhealthy', path: 'services.detector' },
    message: 'its probe fails: HTTP 500 from port 8080/healthz',
  };
  const events = [
    makeEvent('document_accepted', 95_000, { deployment: 'line-vision', revision: 7 }),
    makeEvent('document_accepted', 95_000, { deployment: 'other', revision: 9 }),
  ];
  const status = failing({ reason, phase: 'rolled_back', running: RUNNING_6 });
  const { findings, folded } = findLasting({ statuses: [status], events: () => events });
  expect(findings).toMatchObject([
    {
      title: `line-vision/detector: ${reason.message}`,
      changed: ['revision 7 was accepted 5s before'],
      cause_of: ['update_rolled_back:deployments/line-vision'],
    },
  ]);
  expect(folded[0]?.title).toBe('line-vision runs revision 6, and not 7 as asked');
});

test('an update that was taken back tells what its service wrote, though that one is gone', () => {
  const failure = {
    ...{ code: 'exited', message: 'it exited with code 1', at: ago(60_000), exit_code: 1, failures: 3 },
    ...{ python: KEY_ERROR, log: EXITED.log },
  };
  const status = failing({
    reason: { code: 'exited', path: 'services.new', message: 'it exited with code 1' },
    ...{ phase: 'rolled_back', running: RUNNING_6 },
    barred: { revision: 7, at: ago(59_000), services: { new: failure } },
  });
  const { findings } = findLasting({ statuses: [status] });
  expect(findings).toMatchObject([
    {
      id: 'exited:deployments/line-vision/services/new',
      title: "line-vision/new: it exited with code 1: KeyError: 'serial_port' (app.py:12)",
      evidence: [
        `revision 7 failed 3 times, the last time at ${ago(60_000)}`,
        'its log: holdfast logs line-vision/new --previous',
      ],
      log: EXITED.log,
    },
  ]);
  const detector = { ...failure, signal: 'SIGSEGV (a segmentation fault)' };
  const beside = { ...status, reason: EXITED, barred: { revision: 7, at: ago(1), services: { detector } } };
  expect(findLasting({ statuses: [beside] }).findings[0]?.evidence).toEqual([
    `revision 7 failed 3 times, the last time at ${ago(60_000)}`,
    'SIGSEGV (a segmentation fault)',
    'its log: holdfast logs line-vision/detector --previous',
    'now: running, healthy; image registry.example.com/detector:1.4.2',
  ]);
});

test.each([
  [
    { samples: 12, from_bytes: 40 * 1024 ** 2, span_ms: 180_000 },
    ': from 40.0 MiB to 128.0 MiB in 3m, +29.3 MiB/min',
    'memory: from 40.0 MiB to 128.0 MiB in 3m, +29.3 MiB/min',
  ],
  [
    { samples: 12, from_bytes: 40 * 1024 ** 2, span_ms: 9000 },
    ': from 40.0 MiB to 128.0 MiB in 9s',
    'memory: from 40.0 MiB to 128.0 MiB in 9s',
  ],
  [{ samples: 1 }, '', 'memory: its limit is 128.0 MiB; 1 reading of its use, too few to say how it grew'],
])('how the memory of a service grew stands with its end: %o', (grown, cause, evidence) => {
  const reason = { code: 'oom_killed', path: 'services.detector', message: 'it was killed' };
  const memory = { limit_bytes: 128 * 1024 ** 2, ...grown };
  const last_failure = { code: 'oom_killed', message: 'it was killed', at: ago(1000), memory };
  const services = { detector: makeService({ state: 'exited', exit_code: 137, last_failure }) };
  const { findings } = findLasting({ statuses: [failing({ reason, services })] });
  expect(findings[0]).toMatchObject({
    title: `line-vision/detector: it was killed${cause}`,
    evidence: expect.arrayContaining([evidence]),
  });
});

test('where the way back fails too, that is told', () => {
  const failure = { code: 'exited', message: 'it exited', at: ago(60_000), failures: 3, python: KEY_ERROR };
  const status = failing({
    reason: { code: 'inconsistent', path: 'services.detector', message: 'and so does revision 6' },
    ...{ phase: 'failed', running: RUNNING_6 },
    barred: { revision: 7, at: ago(59_000), services: { detector: failure } },
  });
  expect(findLasting({ statuses: [status] }).findings[0]?.title).toBe(
    'line-vision/detector: and so does revision 6',
  );
});

test('an engine that is away takes all that is told of deployments with it, but no refusal', () => {
  const away = { code: 'engine_unavailable', message: 'no engine at /run/docker.sock' };
  const refused = { revision: 8, code: 'invalid', path: 'services', message: 'no services', at: ago(5000) };
  const statuses = ['one', 'two', 'three'].map((deployment) =>
    failing({ deployment, reason: away, services: {}, refused: deployment === 'one' ? refused : null }),
  );
  const { findings } = findLasting({
    statuses,
    engine: { facts: null, trouble: { message: away.message, hint: 'is it running?' } },
  });
  expect(ids(findings)).toEqual(['engine_unreachable:engine', 'document_refused:deployments/one']);
  expect(findings[0]).toMatchObject({ title: away.message, since: ago(90_000) });
  expect(findings[0]?.cause_of).toHaveLength(6);
});

test('a registry that is away is told once for all that pull from it', () => {
  const reason = {
    ...{ code: 'registry_unreachable', path: 'services.detector.image' },
    message: 'dial tcp 10.0.0.1:443: connection refused',
  };
  const statuses = ['one', 'two'].map((deployment) =>
    failing({ deployment, phase: 'pulling', reason, running: RUNNING_6 }),
  );
  const { findings, folded } = findLasting({ statuses });
  expect(ids(findings)).toEqual(['registry_unreachable:registries/registry.example.com']);
  expect(findings[0]?.evidence).toEqual(['pulled from by one, two']);
  expect(folded).toHaveLength(2);
});

describe('the disk', () => {
  test('of data_dir that is full is the cause of all that waits', () => {
    const message = 'the disk of data_dir is full: nothing can be stored';
    const { findings } = findLasting({
      statuses: [failing({ reason: { code: 'no_space', message }, services: {} })],
      dataDisk: { path: '/var/lib/holdfast', freeBytes: 0, totalBytes: 32e9 },
    });
    expect(ids(findings)).toEqual(['disk_no_space:disk']);
    expect(findings[0]?.title).toBe(
      'the disk of data_dir is full: 0 B of 29.8 GiB are free in /var/lib/holdfast',
    );
  });

  test('of the engine below its reserve is the cause of pulls that have no room', () => {
    const reason = { code: 'no_space', path: 'services.detector.image', message: '0 B above the reserve' };
    const { findings } = findLasting({
      statuses: [failing({ reason })],
      engineDisk: { path: '/var/lib/docker', freeBytes: 1024 ** 2, totalBytes: 0 },
    });
    expect(ids(findings)).toEqual(['image_space:disk']);
    expect(findings[0]?.severity).toBe('error');
  });
});

test('a clock in 1970 is the cause of a certificate that is not valid yet', () => {
  const { findings } = findLasting({
    clock: { isSynchronised: false, source: 'year' },
    broker: {
      ...{ isConnected: false, protocol: null, since: ago(90_000), denied: [], url: 'mqtts://b' },
      trouble: { code: 'tls', message: "the broker's certificate is not valid yet" },
    },
  });
  expect(ids(findings)).toEqual(['clock_wrong:clock']);
  expect(findings[0]?.cause_of).toEqual(['broker_tls:broker']);
});

describe('what changed just before', () => {
  const reason = { code: 'device_missing', path: 'services.detector', message: 'no /dev/ttyUSB0' };
  const changedWith = (...events: readonly ReturnType<typeof makeEvent>[]) =>
    findLasting({ statuses: [failing({ reason })], events: () => events }).findings[0]?.changed;

  test.each([
    ['the device booted 30s before', 'a'],
    ['the agent started again 30s before', 'b'],
  ])('%s', (words, bootBefore) => {
    const started = (ms: number, boot: string) =>
      makeEvent('agent_started', ms, { version: '0.1.0', boot_id: boot });
    expect(changedWith(started(120_000, 'b'), started(9e6, bootBefore))).toEqual([words]);
  });

  test('an upgrade of the agent, and a clock that was set', () => {
    const jumped = makeEvent('clock_jumped', 100_000, { by_ms: -3_600_000 });
    const started = (ms: number, version: string) =>
      makeEvent('agent_started', ms, { version, boot_id: 'a' });
    expect(changedWith(jumped, started(120_000, '0.2.0'), started(9e6, '0.1.0'))).toEqual([
      'the clock was set 1h back 10s before',
      'the agent changed from version 0.1.0 to 0.2.0 30s before',
    ]);
  });

  test('an upgrade of the engine, beside what was accepted before it', () => {
    const engineChange = { from: '20.10.24', to: '26.1.5', at: ago(95_000) };
    const accepted = makeEvent('document_accepted', 120_000, { deployment: 'line-vision', revision: 7 });
    const { findings } = findLasting({
      statuses: [failing({ reason })],
      engineChange,
      events: () => [accepted],
    });
    expect(findings[0]?.changed).toEqual([
      'the engine changed from version 20.10.24 to 26.1.5 5s before',
      'revision 7 was accepted 30s before',
    ]);
  });

  test('nothing that is long ago or came after', () => {
    const at = (ms: number) => makeEvent('clock_jumped', ms, { by_ms: 1e6 });
    expect(changedWith(at(80_000), at(90_000 + 16 * 60_000))).toEqual([]);
  });
});

describe('what comes and goes', () => {
  const away: Partial<Facts> = {
    broker: {
      ...{ isConnected: false, protocol: null, since: ago(0), denied: [], url: 'mqtt://b' },
      trouble: { code: 'unreachable', message: 'connection refused' },
    },
  };

  test('is told only once it has lasted', () => {
    const first = findAll(makeFacts(away), new Map(), 0);
    expect(first.findings).toEqual([]);
    const soon = findAll(makeFacts(away), first.memory, 9000);
    expect(soon.findings).toEqual([]);
    expect(ids(findAll(makeFacts(away), soon.memory, 10_000).findings)).toEqual([
      'broker_unreachable:broker',
    ]);
  });

  test('keeps its beginning over a short gap, and not over a long one', () => {
    const first = findAll(makeFacts(away), new Map(), 0);
    const gap = findAll(makeFacts(), first.memory, 20_000);
    expect(ids(findAll(makeFacts(away), gap.memory, 40_000).findings)).toEqual(['broker_unreachable:broker']);
    const long = findAll(makeFacts(), gap.memory, 100_000);
    expect(findAll(makeFacts(away), long.memory, 101_000).findings).toEqual([]);
  });

  test('a device on which all fails has a bounded list of bounded texts', () => {
    const message = `${'x'.repeat(5000)}\u001b[31m`;
    const statuses = Array.from({ length: 300 }, (_, n) =>
      failing({ deployment: `d${n}`, reason: { code: 'exited', message, log: Array(50).fill(message) } }),
    );
    const { findings, folded } = findLasting({ statuses });
    expect(findings.length + folded.length).toBeLessThanOrEqual(200);
    expect(findings[0]?.title.length).toBeLessThanOrEqual(400);
    expect(findings[0]?.log).toHaveLength(10);
    expect(JSON.stringify(findings)).not.toContain('\\u001b');
  });
});

describe('a pause', () => {
  const until = '2026-11-22T14:00:00Z';
  const reason = {
    code: 'paused',
    message: `paused on the device until ${until}: a lens is changed; not running: detector`,
    hint: 'it ends by itself then; to end it now: holdfast resume line-vision',
  };
  const pause = { until, reason: 'a lens is changed', by: 'device' as const, asked_at: ago(90_000) };

  test('is told as meant, with the command that ends it; that nobody repairs follows from it', () => {
    const failure = { code: 'exited', message: 'it exited with code 1', at: ago(100_000_000) };
    const services = { detector: makeService({ state: 'exited', exit_code: 1, last_failure: failure }) };
    const { findings, folded } = findLasting({ statuses: [failing({ reason, pause, services })] });
    expect(findings).toMatchObject([
      {
        id: 'paused:deployments/line-vision',
        severity: 'info',
        title: `line-vision: ${reason.message}`,
        fix: { by: 'technician', command: 'holdfast resume line-vision', can_run: true },
      },
    ]);
    expect(ids(folded)).toEqual([
      'exited:deployments/line-vision/services/detector',
      'deployment_degraded:deployments/line-vision',
    ]);
  });

  test('of a deployment that is well is told too', () => {
    const { findings } = findLasting({ statuses: [makeDeployment({ reason, pause })] });
    expect(findings).toMatchObject([{ code: 'paused', severity: 'info', cause_of: [] }]);
  });
});

describe('a device that a service needs', () => {
  const users = [{ deployment: 'line-vision', service: 'detector' }];
  const video = { path: '/dev/video0', users };
  const statuses = [
    failing({
      reason: EXITED,
      since: ago(5000),
      services: { detector: makeService({ state: 'exited', exit_code: 1, last_failure: null }) },
    }),
  ];

  test('and that is gone is the cause of its failure', () => {
    const devices = [{ ...video, isThere: false, wentAt: ago(8000), backAt: null }];
    const { findings, folded } = findLasting({ statuses, devices });
    expect(findings).toMatchObject([
      {
        id: 'device_gone:devices/dev/video0',
        title: '/dev/video0 is gone, which line-vision/detector needs',
        since: ago(8000),
      },
    ]);
    expect(ids(folded)).toContain('exited:deployments/line-vision/services/detector');
  });

  test('is not the cause of what began long before it went', () => {
    const devices = [{ ...video, isThere: false, wentAt: ago(8000), backAt: null }];
    const before = statuses.map((status) => ({ ...status, since: ago(600_000) }));
    expect(ids(findLasting({ statuses: before, devices }).findings)).toHaveLength(2);
  });

  test('and that went and came back is what happened just before', () => {
    const devices = [{ ...video, isThere: true, wentAt: ago(8000), backAt: ago(6000) }];
    const [finding] = findLasting({ statuses, devices }).findings;
    expect(finding?.changed).toEqual(['/dev/video0 came back 1s before', '/dev/video0 vanished 3s before']);
  });
});

describe('a service that runs and does not answer', () => {
  const reason = { code: 'unhealthy', path: 'services.detector', message: 'its probe fails' };
  const services = { detector: makeService({ health: 'unhealthy' }) };

  test('may be helped by a restart, which the agent can do', () => {
    const { findings } = findLasting({ statuses: [failing({ reason, services })] });
    expect(findings[0]?.fix).toEqual({
      by: 'technician',
      text: 'restart it; if that does not help: find in its last lines why its probe fails, and correct that',
      command: 'holdfast restart line-vision/detector',
      can_run: true,
    });
  });

  test('in an update that was taken back is nothing to restart', () => {
    const statuses = [failing({ reason, services, phase: 'rolled_back' })];
    expect(findLasting({ statuses }).findings[0]?.fix).toMatchObject({
      by: 'fleet_manager',
      command: 'holdfast retry line-vision',
      can_run: true,
    });
  });
});
