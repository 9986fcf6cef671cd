import { expect, test } from 'vitest';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import { offerStatus, type StatusSources } from '../../../agent/operations/status.ts';
import { EngineUnavailable } from '../../../agent/ports/engine.ts';
import { MemoryHost } from '../../fakes/memory-host.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { makeDeployment } from '../cli/fixtures.ts';

const BRIEF = { id: 'disk_low:disk', severity: 'warning', title: 'the disk is nearly full' } as const;

const SAMPLE = {
  type: 'sample',
  ...{ cpu_percent: 12.5, memory_available_bytes: 300, disk_available_bytes: 200 },
  temperature_celsius: 48.5,
  services: { line: { app: { cpu_percent: 25, memory_bytes: 77 } } },
} as const;

const SOURCES: StatusSources = {
  identity: {
    ...{ device: 'edge-01', otherHostName: null, groups: ['berlin'], agentVersion: '0.1.0' },
    ...{ brokerUrl: 'mqtt://broker', startedAt: '2026-11-22T08:48:00Z' },
  },
  broker: {
    status: () => ({ isConnected: true, protocol: '5', since: '2026', trouble: null, denied: ['a/b'] }),
  },
  state: newAgentState(),
  reporter: { pending: () => ({ events: 1, statuses: 2 }) },
  host: new MemoryHost(new VirtualClock()),
  meter: { measure: async () => SAMPLE },
};
const STATUS = makeDeployment();
SOURCES.state.findings.set([BRIEF]);
SOURCES.state.statuses.set(new Map([[STATUS.deployment, STATUS]]));

async function tell(changes: Partial<StatusSources> = {}) {
  const outcome = await offerStatus({ ...SOURCES, ...changes }).ask({}, new AbortController().signal);
  return outcome.kind === 'done' ? outcome.answer : outcome.kind;
}

test('the status is told to the byte', async () => {
  expect(JSON.stringify(await tell())).toBe(
    JSON.stringify({
      device: 'edge-01',
      host_name: null,
      groups: ['berlin'],
      agent_version: '0.1.0',
      started_at: '2026-11-22T08:48:00Z',
      broker: {
        ...{ is_connected: true, protocol: '5', since: '2026', trouble: null, denied: ['a/b'] },
        url: 'mqtt://broker',
      },
      engine: { is_reachable: true, message: null, hint: null },
      outbox: { events: 1, statuses: 2 },
      host: {
        clock_synchronised: true,
        cpu_percent: 12.5,
        memory: { total_bytes: 4_000_000_000, available_bytes: 300 },
        disk: { total_bytes: 32_000_000_000, available_bytes: 200 },
        temperature_celsius: 48.5,
      },
      deployments: [STATUS],
      usage: { line: { app: { cpu_percent: 25, memory_bytes: 77 } } },
      findings: [BRIEF],
    }),
  );
});

test('an engine that does not answer is told with its hint', async () => {
  const state = newAgentState();
  const trouble = new EngineUnavailable('it is away', { cause: null, hint: 'start it' });
  state.engine.set({ facts: null, trouble });
  expect(await tell({ state })).toMatchObject({
    engine: { is_reachable: false, message: 'it is away', hint: 'start it' },
  });
});

test('deployments are told by their names, whichever was told first', async () => {
  const state = newAgentState();
  const told = ['web', 'line', 'door'].map((deployment) => ({ ...STATUS, deployment }));
  state.statuses.set(new Map(told.map((status) => [status.deployment, status])));
  expect(await tell({ state })).toMatchObject({
    deployments: [{ deployment: 'door' }, { deployment: 'line' }, { deployment: 'web' }],
  });
});
