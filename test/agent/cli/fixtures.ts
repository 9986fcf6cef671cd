// A device as the agent would tell of it, and pieces to change one thing at a time.

import type { LocalStatus } from '../../../protocol/operations/status.ts';
import type { ServiceStatus, Status } from '../../../protocol/reports/status.ts';

export const NOW = new Date('2026-11-22T12:00:00Z');

const HASH_6 = `sha256:${'6'.repeat(64)}`;
const HASH_7 = `sha256:${'7'.repeat(64)}`;

export function makeService(changes: Partial<ServiceStatus> = {}): ServiceStatus {
  return {
    state: 'running',
    health: 'healthy',
    image: 'registry.example.com/detector:1.4.2',
    digest: HASH_7,
    container: 'abc',
    restarts: 0,
    started_at: '2026-11-22T09:55:00Z',
    exit_code: null,
    oom_killed: false,
    limits: { memory_bytes: 268_435_456, cpus: 0.5, pids: 64, not_enforced: [] },
    progress: null,
    last_failure: null,
    ...changes,
  };
}

export function makeDeployment(changes: Partial<Status> = {}): Status {
  return {
    schema: 'holdfast.status/1',
    deployment: 'line-vision',
    source: 'device',
    desired: { revision: 7, hash: HASH_7 },
    running: { revision: 7, hash: HASH_7 },
    phase: 'converged',
    reason: null,
    refused: null,
    services: { detector: makeService() },
    seq: 41,
    at: '2026-11-22T11:59:00Z',
    ...changes,
  };
}

export const RUNNING_6 = { revision: 6, hash: HASH_6 };

export function makeLocalStatus(changes: Partial<LocalStatus> = {}): LocalStatus {
  return {
    device: 'edge-01',
    host_name: null,
    groups: ['berlin'],
    agent_version: '0.1.0',
    started_at: '2026-11-22T08:48:00Z',
    broker: {
      is_connected: true,
      protocol: '5',
      since: '2026-11-22T09:55:00Z',
      trouble: null,
      denied: [],
      url: 'mqtts://broker.example.com:8883',
    },
    engine: { is_reachable: true, message: null, hint: null },
    outbox: { events: 0, statuses: 0 },
    deployments: [makeDeployment()],
    ...changes,
  };
}
