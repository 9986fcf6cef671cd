import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { renderStatus } from '../../../../agent/cli/render/status.ts';
import type { LocalStatus } from '../../../../protocol/operations/status.ts';
import type { Status } from '../../../../protocol/reports/status.ts';
import { makeDeployment, makeLocalStatus, makeService, NOW, RUNNING_6 } from '../fixtures.ts';

// Some times are told as the clock on the wall has them.
beforeEach(() => {
  vi.stubEnv('TZ', 'UTC');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const GIB = 1024 ** 3;
const PIPE = { now: NOW, columns: null, hasColour: false };
const TERMINAL = { now: NOW, columns: 80, hasColour: false };

/** Golden text: what stands between the quotes, without the indent of this file. */
function text(golden: string): string {
  return `${golden.replace(/^\n/, '').replace(/^ {6}/gm, '').trimEnd()}\n`;
}

describe('holdfast status', () => {
  it('shows a device on which all is well', () => {
    expect(renderStatus(makeLocalStatus(), TERMINAL)).toBe(
      text(`
      device   edge-01, agent 0.1.0, up 3h 12m, groups berlin
      broker   connected to mqtts://broker.example.com:8883 for 2h 5m (MQTT 5)
      engine   reachable
      summary  1 deployment: all well

      line-vision  revision 7  converged
        SERVICE   STATE    HEALTH   IMAGE               RESTARTS  UP     MEMORY   CPUS
        detector  running  healthy  1.4.2@777777777777         0  2h 5m  256 MiB  0.5
      `),
    );
  });

  const BUSY: Partial<LocalStatus> = {
    host: {
      ...{ clock_synchronised: true, cpu_percent: 12.5, temperature_celsius: 48.5 },
      memory: { total_bytes: 4 * GIB, available_bytes: 3 * GIB },
      disk: { total_bytes: 32 * GIB, available_bytes: 20 * GIB },
    },
    usage: { 'line-vision': { detector: { cpu_percent: 12.3, memory_bytes: 81 * 1024 ** 2 } } },
  };

  it('shows what the host and its services use, against their limits', () => {
    expect(renderStatus(makeLocalStatus(BUSY), TERMINAL)).toBe(
      text(`
      device   edge-01, agent 0.1.0, up 3h 12m, groups berlin
      broker   connected to mqtts://broker.example.com:8883 for 2h 5m (MQTT 5)
      engine   reachable
      host     cpu 12.5%, 3.0 GiB of 4.0 GiB memory free, 20.0 GiB of 32.0 GiB disk
        free, 48.5 °C, clock synchronised
      summary  1 deployment: all well

      line-vision  revision 7  converged
        SERVICE   STATE    HEALTH   IMAGE        RESTARTS  UP     MEMORY      CPUS
        detector  running  healthy  1.4.2@777..         0  2h 5m  81/256 MiB  0.12/0.5
      `),
    );
  });

  it('says of a pause until when and why, also where something else is told first', () => {
    const pause = {
      until: '2026-11-22T14:00:00.000Z',
      reason: 'the camera is replaced',
      by: 'fleet' as const,
      asked_at: '2026-11-22T11:59:00Z',
    };
    const shown = (changes: Partial<Status>): string =>
      renderStatus(makeLocalStatus({ deployments: [makeDeployment({ services: {}, ...changes })] }), PIPE);
    const reason = { code: 'paused', message: 'paused by the fleet until 14:00: the camera is replaced' };
    expect(shown({ pause, reason })).toContain(
      '\n  paused by the fleet until 14:00: the camera is replaced (paused)\n',
    );
    expect(shown({ pause, reason }).match(/camera/g)).toHaveLength(1);
    const away = { code: 'engine_unavailable', message: 'the engine is away' };
    expect(shown({ pause, reason: away, phase: 'failed' })).toContain(
      '\n  the engine is away (engine_unavailable)\n  Paused until 2026-11-22T14:00:00.000Z (the fleet asked for it): the camera is replaced\n',
    );
    expect(shown({ pause, reason: away, phase: 'failed' })).not.toContain('holdfast retry');
    expect(shown({ pause: { ...pause, until: null }, phase: 'proving' })).toContain(
      '\n  Paused once what is under way has ended (the fleet asked for it): the camera is replaced\n',
    );
  });

  it('fits on a phone: nothing is wider than 40 columns', () => {
    const deployment = makeDeployment({
      since: '2026-11-22T11:00:00Z',
      phase: 'rolled_back',
      running: RUNNING_6,
      source: 'groups/berlin',
    });
    const screen = renderStatus(makeLocalStatus({ ...BUSY, deployments: [deployment] }), {
      ...TERMINAL,
      columns: 40,
    });
    expect(screen).toContain(
      text(`
      line-vision  revision 6 -> 7 of
        groups/berlin
        rolled_back for 1h
      `),
    );
    expect(screen).toContain(
      text(`
        detector: running healthy,
          1.4.2@777777777777, up 2h 5m, memory
          81/256 MiB, cpus 0.12/0.5
      `),
    );
    const [url] = screen.split('\n').filter((line) => line.length > 40);
    expect(url ?? '').toMatch(/^ *mqtts:\/\/\S+$|^$/);
  });

  it('names the host where the device keeps an id that its host name no longer gives', () => {
    expect(renderStatus(makeLocalStatus({ host_name: 'gateway-7' }), PIPE)).toContain(
      'device   edge-01 (kept; the host name is gateway-7 now), agent 0.1.0',
    );
  });

  it('says why the broker and the engine are away, and what waits', () => {
    const status = makeLocalStatus({
      broker: {
        is_connected: false,
        protocol: null,
        since: '2026-11-22T11:57:00Z',
        trouble: { code: 'refused_credentials', message: 'the broker refused the user name or password' },
        denied: [],
        url: 'mqtts://broker.example.com:8883',
      },
      engine: {
        is_reachable: false,
        message: 'connect ENOENT /var/run/docker.sock',
        hint: 'is the Docker Engine installed and running?',
      },
      outbox: { events: 3, statuses: 1 },
      deployments: [],
    });
    expect(renderStatus(status, TERMINAL)).toBe(
      text(`
      device   edge-01, agent 0.1.0, up 3h 12m, groups berlin
      broker   not connected to mqtts://broker.example.com:8883 for 3m: the broker
        refused the user name or password (refused_credentials)
      engine   not reachable: connect ENOENT /var/run/docker.sock; is the Docker
        Engine installed and running?
      reports  waiting for the broker: 3 events, 1 status

      No deployments: nothing has been asked of this device yet.
      `),
    );
  });

  it('names topics that the broker denies while connected, a few of many', () => {
    const { broker } = makeLocalStatus();
    const denied = ['a/state', 'a/status/b', 'a/events', 'a/presence', 'a/status/c'];
    const status = makeLocalStatus({ broker: { ...broker, denied } });
    expect(renderStatus(status, PIPE)).toContain(
      '\ndenied   by the broker: a/state, a/status/b, a/events and 2 more; check its access rules\n',
    );
  });

  it('says that a document came from a file', () => {
    const deployment = makeDeployment({ origin: 'local' });
    expect(renderStatus(makeLocalStatus({ deployments: [deployment] }), TERMINAL)).toMatch(
      /^line-vision {2}revision 7 from a file {2}/m,
    );
  });

  it('shows both revisions, reason, hint and refusal after a rollback', () => {
    const deployment = makeDeployment({
      running: RUNNING_6,
      phase: 'rolled_back',
      source: 'groups/berlin',
      reason: {
        code: 'unhealthy',
        path: 'services.detector',
        message: 'the probe of port 8080 failed for 5m after the update',
        hint: 'read what it said with: holdfast logs detector',
      },
      refused: {
        revision: 5,
        code: 'stale',
        path: 'revision',
        message: 'revision 5 is older than 7',
        at: '2026-11-22T11:58:00Z',
      },
    });
    const [, , , , , ...lines] = renderStatus(makeLocalStatus({ deployments: [deployment] }), TERMINAL).split(
      '\n',
    );
    expect(lines.slice(0, 6)).toEqual([
      'line-vision  revision 6 -> 7 of groups/berlin  rolled_back',
      '  detector: the probe of port 8080 failed for 5m after the update (unhealthy)',
      '  Hint: read what it said with: holdfast logs detector',
      '  Publish changed content, or try again now: holdfast retry line-vision',
      '  Refused revision 5 of 2026-11-22T11:58:00Z: revision 5 is older than 7 (stale',
      '    at revision)',
    ]);
  });

  it('says of content that failed before that it was not tried', () => {
    const failed = {
      phase: 'rolled_back',
      reason: { code: 'unhealthy', message: 'its probe fails' },
    } as const;
    const render = (revision: number): string => {
      const barred = { revision, at: '2026-11-22T11:00:00Z' };
      return renderStatus(
        makeLocalStatus({ deployments: [makeDeployment({ ...failed, barred, running: RUNNING_6 })] }),
        PIPE,
      );
    };
    expect(render(5)).toContain(
      '\n  This content failed here before, as revision 5 1h ago (11:00:00), and is blocked.\n',
    );
    expect(render(7)).not.toContain('before');
  });

  it('shows progress, failures with the next try, and limits that the kernel ignores', () => {
    const deployment = makeDeployment({
      running: null,
      phase: 'pulling',
      services: {
        detector: makeService({
          state: 'missing',
          health: 'unknown',
          started_at: null,
          limits: null,
          progress: { current_bytes: 12_582_912, total_bytes: 27_997_978 },
        }),
        store: makeService({
          state: 'exited',
          exit_code: 137,
          oom_killed: true,
          restarts: 4,
          image: `example/store@sha256:${'ab'.repeat(32)}`,
          limits: { memory_bytes: 67_108_864, cpus: null, pids: null, not_enforced: ['memory'] },
          last_failure: {
            code: 'exited',
            message: 'it ended with code 137',
            at: '2026-11-22T11:59:30Z',
            next_try_at: '2026-11-22T12:00:08Z',
          },
        }),
      },
    });
    const lines = renderStatus(makeLocalStatus({ deployments: [deployment] }), TERMINAL)
      .split('\n')
      .slice(5);
    expect(lines).toEqual([
      'line-vision  revision none -> 7  pulling',
      '  SERVICE   STATE         HEALTH  IMAGE               RESTARTS  UP  MEMORY  CPUS',
      '  detector  missing       -       1.4.2@777777777777         0  -   -       -',
      '  store     exited (137)  -       @abababababab              4  -   64 MiB  -',
      '  detector: pulled 12.0 MiB of 26.7 MiB (44%)',
      '  store: was killed for want of memory',
      '  store: failed 30s ago: it ended with code 137 (exited); next try in 8s',
      '  store: its log: holdfast logs line-vision/store',
      '  store: not enforced by this kernel: the limit of memory',
      '',
    ]);
  });

  it('shows host ports, the first of many', () => {
    const port = (published: number, ip: string | null) => ({
      ...{ target: published % 1000, protocol: 'tcp' as const, host_ip: ip, published },
    });
    const few = makeService({ ports: [port(32_080, '127.0.0.1'), port(8081, null), port(9082, '::1')] });
    const many = makeService({ ports: Array.from({ length: 10 }, () => port(1001, null)) });
    const none = makeService({ ports: [] });
    const shown = renderStatus(
      makeLocalStatus({ deployments: [makeDeployment({ services: { few, many, none } })] }),
      PIPE,
    );
    expect(shown).toContain(
      '  few: host ports: 127.0.0.1:32080 -> 80/tcp, 8081 -> 81/tcp, [::1]:9082 -> 82/tcp\n',
    );
    expect(shown).toContain('1001 -> 1/tcp and 2 more\n');
    expect(shown).not.toContain('none: ');
  });

  it('stays within 80 columns on a terminal, whatever the names', () => {
    const long = 'a-service-with-a-name-that-says-all-there-is-to-say';
    const services = {
      [long]: makeService({ image: `registry.example.com/app:2026.11.22-build.4711-${'x'.repeat(40)}` }),
    };
    const status = makeLocalStatus({ deployments: [makeDeployment({ services })] });
    const widths = renderStatus(status, TERMINAL)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
    expect(renderStatus(status, PIPE)).toContain(long);
  });

  it('says how long it has been so, and which container to ask, of a service that crashes now and then', () => {
    const crashing = makeService({
      ...{ restarts: 4, container: '4f2c9d81aa02', started_at: '2026-11-22T11:59:48Z' },
      last_failure: { code: 'exited', message: 'it exited with code 1', at: '2026-11-22T11:59:47Z' },
    });
    const deployment = makeDeployment({ since: '2026-11-22T11:59:50Z', services: { detector: crashing } });
    expect(renderStatus(makeLocalStatus({ deployments: [deployment] }), TERMINAL)).toContain(
      text(`
      line-vision  revision 7  converged for 10s
        SERVICE   STATE    HEALTH   IMAGE               RESTARTS  UP   MEMORY   CPUS
        detector  running  healthy  1.4.2@777777777777         4  12s  256 MiB  0.5
        detector: failed 13s ago: it exited with code 1 (exited)
        detector: its log: holdfast logs line-vision/detector
      `),
    );
  });

  it('shows what is not well first, what was removed last and short, and the sum of all on top', () => {
    const refused = { revision: 2, code: 'stale', path: '', message: 'm', at: '2026-11-22T11:00:00Z' };
    const deployments = [
      makeDeployment({ deployment: 'a', services: {} }),
      makeDeployment({ deployment: 'b', services: {}, phase: 'removed' }),
      makeDeployment({ deployment: 'c', services: {}, phase: 'proving' }),
      makeDeployment({ deployment: 'd', services: {}, phase: 'removed', refused }),
      makeDeployment({ deployment: 'e', services: {}, phase: 'degraded' }),
      makeDeployment({ deployment: 'f', services: {}, phase: 'removed' }),
    ];
    const shown = renderStatus(makeLocalStatus({ deployments }), PIPE);
    expect(shown).toContain('\nsummary  4 deployments: 2 not well, 1 under way\n');
    expect([...shown.matchAll(/^(\w) {2}revision/gm)].map(([, name]) => name)).toEqual(['d', 'e', 'c', 'a']);
    expect(shown.split('\n').at(-2)).toBe('Removed: b (revision 7), f (revision 7)');
  });

  it('says once why, where a refusal and the phase have one cause', () => {
    const message = 'the disk of data_dir is full';
    const hint = 'free space';
    const deployment = makeDeployment({
      phase: 'waiting',
      services: {},
      reason: { code: 'no_space', path: '', message, hint },
      refused: {
        ...{ revision: 8, code: 'no_space', path: '', at: '2026-11-22T11:00:00Z' },
        message: `${message}; ${hint}`,
      },
    });
    const shown = renderStatus(makeLocalStatus({ deployments: [deployment] }), PIPE);
    expect(shown.split('\n').slice(6, -1)).toEqual([
      '  the disk of data_dir is full (no_space)',
      '  Hint: free space',
      '  Refused revision 8 of 2026-11-22T11:00:00Z: for the same reason (no_space)',
    ]);
  });

  it('prints no escape sequence that a message brings along', () => {
    const reason = { code: 'pull_failed', message: 'registry says \u001b[2J\u001b]0;owned\u0007 no' };
    const deployment = makeDeployment({ phase: 'failed', reason });
    expect(renderStatus(makeLocalStatus({ deployments: [deployment] }), PIPE)).toMatch(/^[\n\x20-\x7e]*$/);
  });

  it('says no time that the clock cannot know', () => {
    const status = makeLocalStatus({ started_at: '2026-11-22T13:00:00Z' });
    expect(renderStatus(status, { ...PIPE, now: new Date(0) })).toContain(
      'edge-01, agent 0.1.0, groups berlin',
    );
  });

  it('colours the phase only when asked to', () => {
    const failed = makeLocalStatus({ deployments: [makeDeployment({ phase: 'failed' })] });
    expect(renderStatus(failed, { ...PIPE, hasColour: true })).toContain('\u001b[31mfailed\u001b[39m');
    expect(renderStatus(failed, PIPE)).not.toContain('\u001b');
  });
});
