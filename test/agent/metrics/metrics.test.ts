import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Metrics } from '../../../agent/metrics/metrics.ts';
import { StoreBlocked } from '../../../agent/ports/store.ts';
import type { Event } from '../../../protocol/reports/events.ts';
import { makeDeployment, makeLocalStatus, makeService } from '../cli/fixtures.ts';
import { makeFinding, makeFindings, makeView } from '../doors/page/views.ts';

/** A journal that grows; the newest event comes first. */
class Journal {
  readonly events: Event[] = [];
  isBlocked = false;

  add(...types: string[]): void {
    for (const type of types) {
      const seq = this.events.length + 1;
      this.events.unshift({ seq, at: '2026-11-22T11:59:00Z', type });
    }
  }

  newest(limit: number): Event[] {
    if (this.isBlocked) throw new StoreBlocked('no_space');
    return this.events.slice(0, limit);
  }
}

const USED = makeLocalStatus({
  host: {
    ...{ clock_synchronised: true, cpu_percent: 25, temperature_celsius: null },
    memory: { total_bytes: 4e9, available_bytes: 3e9 },
    disk: { total_bytes: 32e9, available_bytes: 20e9 },
  },
  usage: { 'line-vision': { detector: { cpu_percent: 50, memory_bytes: 81e6 } } },
});

async function linesOf(metrics: Metrics, view = makeView()): Promise<string[]> {
  const text = await metrics.expose(view);
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the metrics', () => {
  test('tell how device, deployments and services stand', async () => {
    const status = makeLocalStatus({
      deployments: [
        makeDeployment({
          phase: 'degraded',
          since: '2026-11-22T11:00:00Z',
          services: { detector: makeService({ health: 'unhealthy', restarts: 4 }) },
        }),
        makeDeployment({ deployment: 'old', phase: 'removed', services: {} }),
      ],
    });
    const lines = await linesOf(
      new Metrics(new Journal()),
      makeView({ status, findings: makeFindings(makeFinding()) }),
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        'holdfast_info{device="edge-01",version="0.1.0"} 1',
        'holdfast_broker_connected 1',
        'holdfast_findings{severity="error"} 1',
        'holdfast_findings{severity="warning"} 0',
        'holdfast_deployments{standing="not_well"} 1',
        'holdfast_deployment_phase{deployment="line-vision",phase="degraded"} 1',
        'holdfast_deployment_phase_start_time_seconds{deployment="line-vision"} 1795345200',
        'holdfast_deployment_desired_revision{deployment="line-vision"} 7',
        'holdfast_service_up{deployment="line-vision",service="detector"} 0',
        'holdfast_service_memory_limit_bytes{deployment="line-vision",service="detector"} 268435456',
        'holdfast_service_restarts_total{deployment="line-vision",service="detector"} 4',
      ]),
    );
    expect(lines.join('\n')).not.toContain('"old"');
  });

  test('tell what the device and its services use', async () => {
    const lines = await linesOf(new Metrics(new Journal()), makeView({ status: USED }));
    expect(lines).toEqual(
      expect.arrayContaining([
        'holdfast_clock_synchronised 1',
        'holdfast_host_cpu_ratio 0.25',
        'holdfast_host_disk_available_bytes 20000000000',
        'holdfast_service_cpu_ratio{deployment="line-vision",service="detector"} 0.5',
        'holdfast_service_memory_bytes{deployment="line-vision",service="detector"} 81000000',
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/^holdfast_host_temperature/m);
  });

  test('do not tell on what is gone', async () => {
    const metrics = new Metrics(new Journal());
    expect((await linesOf(metrics)).join('\n')).toContain('line-vision');
    const lines = await linesOf(metrics, makeView({ status: makeLocalStatus({ deployments: [] }) }));
    expect(lines.join('\n')).not.toContain('line-vision');
  });

  test('count events from the start of the agent, each once', async () => {
    const journal = new Journal();
    journal.add('agent_started', 'phase');
    const metrics = new Metrics(journal);
    journal.add('phase', 'phase', 'clock_jumped', 'of_a_newer_agent');
    const first = ['{type="phase"} 2', '{type="clock_jumped"} 1', '{type="other"} 1'];
    expect(await linesOf(metrics)).toEqual(
      expect.arrayContaining(first.map((rest) => `holdfast_events_total${rest}`)),
    );
    journal.add(...Array.from({ length: 120 }, () => 'phase'));
    expect(await linesOf(metrics)).toContain('holdfast_events_total{type="phase"} 122');
    expect(await linesOf(metrics)).toContain('holdfast_events_total{type="phase"} 122');
  });

  test('are told also while the disk takes nothing', async () => {
    const journal = new Journal();
    const metrics = new Metrics(journal);
    journal.isBlocked = true;
    journal.add('phase');
    expect(await linesOf(metrics)).toContain('holdfast_engine_reachable 1');
    journal.isBlocked = false;
    expect(await linesOf(metrics)).toContain('holdfast_events_total{type="phase"} 1');
  });

  test('have a bound, whatever the status holds', async () => {
    const services = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`s${index}`, makeService()]),
    );
    const deployments = Array.from({ length: 200 }, (_, index) =>
      makeDeployment({ deployment: `d${index}`, services }),
    );
    const lines = await linesOf(
      new Metrics(new Journal()),
      makeView({ status: makeLocalStatus({ deployments }) }),
    );
    expect(lines.filter((line) => line.startsWith('holdfast_service_up'))).toHaveLength(1000);
    expect(lines.filter((line) => line.startsWith('holdfast_deployment_refused'))).toHaveLength(128);
  });

  test('are those of docs/metrics.md, with the same labels', async () => {
    const journal = new Journal();
    const metrics = new Metrics(journal);
    const told = new Set((await metrics.expose(makeView())).match(/(?<=^# HELP )\S+/gm));
    const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(holdfast_\w+)` \|/gm);
    expect([...rows].map(([, name]) => name).toSorted()).toEqual([...told].toSorted());
  });
});
