import { expect, test } from 'vitest';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import type { Sample } from '../../../agent/report/sample.ts';
import { type Reading, sampleOf } from '../../../agent/report/sample.ts';
import { Sampler } from '../../../agent/report/sampler.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import { loudNotices } from '../../fakes/loud-notices.ts';
import { MemoryHost } from '../../fakes/memory-host.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const host = { memoryAvailableBytes: 300, diskAvailableBytes: 200, temperatureCelsius: 48.5 };

function reading(atMs: number, cpuMs: number, parts: Partial<Reading> = {}): Reading {
  const usage = { cpuMs, memoryBytes: 77 };
  const services = [{ deployment: 'line', service: 'app', container: 'c1', usage }];
  return { atMs, host, cpu: { busy: cpuMs, total: atMs }, services, ...parts };
}

test('a sample tells processor time as a share of the time between two readings', () => {
  expect(sampleOf(reading(1000, 100), reading(3000, 600))).toEqual({
    type: 'sample',
    cpu_percent: 25,
    memory_available_bytes: 300,
    disk_available_bytes: 200,
    temperature_celsius: 48.5,
    services: { line: { app: { cpu_percent: 25, memory_bytes: 77 } } },
  });
});

test('of a container that is new, or began anew, the share is not known', () => {
  const fresh = { services: [] };
  const unknown = { line: { app: { cpu_percent: null, memory_bytes: 77 } } };
  expect(sampleOf(reading(1000, 100, fresh), reading(3000, 600)).services).toEqual(unknown);
  expect(sampleOf(reading(1000, 700), reading(3000, 600)).services).toEqual(unknown);
});

test('a host that tells nothing gives nulls, and no services', () => {
  const sample = sampleOf(reading(0, 0), reading(0, 0, { cpu: null, services: [] }));
  expect(sample).toMatchObject({ cpu_percent: null });
  expect(sample).not.toHaveProperty('services');
});

function statusOf(deployment: string, count: number): Status {
  const service = {
    ...{ state: 'running' as const, health: 'healthy' as const, image: 'a:1', digest: null },
    ...{ restarts: 0, started_at: null, exit_code: null, oom_killed: false },
    ...{ limits: null, progress: null, last_failure: null },
  };
  const services = Array.from({ length: count }, (_, n) => [
    `s${n}`,
    { ...service, container: `${deployment}${n}` },
  ]);
  return {
    ...{ schema: 'holdfast.status/1', deployment, source: 'device', desired: null, running: null },
    ...{ phase: 'converged', reason: null, refused: null, seq: 1, at: '' },
    services: Object.fromEntries(services),
  };
}

async function samplesIn(ms: number, intervalMs: number, statuses: Status[]): Promise<Sample[]> {
  const clock = new VirtualClock();
  const samples: Sample[] = [];
  const ending = new AbortController();
  const notices = loudNotices();
  notices.subscribe('sample', ({ sample }) => samples.push(sample));
  const state = newAgentState();
  state.statuses.set(new Map(statuses.map((status) => [status.deployment, status])));
  const options = { clock, host: new MemoryHost(clock), intervalMs, statuses: state.statuses, notices };
  const running = new Sampler(options).run(ending.signal);
  await clock.advance(ms);
  ending.abort();
  await running;
  expect(clock.pendingCount).toBe(0);
  return samples;
}

test('samples come at their interval, and not at all when there is none', async () => {
  expect(await samplesIn(3_600_000, 900_000, [])).toHaveLength(4);
  expect(await samplesIn(3_600_000, 0, [])).toHaveLength(0);
});

test('a sample stays small enough for one message, however many services there are', async () => {
  const statuses = Array.from({ length: 64 }, (_, n) => statusOf(`${'d'.repeat(60)}${n}`, 50));
  const [sample] = await samplesIn(900_000, 900_000, statuses);
  expect(Buffer.byteLength(JSON.stringify(sample))).toBeLessThan(16 * 1024);
  expect(sample?.services).toMatchObject({ [`${'d'.repeat(60)}0`]: { s0: { memory_bytes: 23_456_789 } } });
});
