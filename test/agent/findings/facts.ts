// A healthy device, and pieces to change one thing at a time.
import type { Facts } from '../../../agent/findings/facts.ts';
import type { Event } from '../../../protocol/reports/events.ts';
import { makeDeployment, NOW } from '../cli/fixtures.ts';

/** So long before `NOW`, ISO 8601. */
export function ago(ms: number): string {
  return new Date(NOW.getTime() - ms).toISOString();
}

const ENGINE_FACTS = {
  name: 'Docker Engine',
  version: '20.10.24',
  apiVersion: '1.41',
  storageDriver: 'overlay2',
  cgroupVersion: '2',
  dataRoot: '/var/lib/docker',
  enforces: ['memory', 'cpus', 'pids'],
} as const;

export function makeFacts(changes: Partial<Facts> = {}): Facts {
  return {
    now: NOW,
    statuses: [makeDeployment({ since: ago(3_600_000) })],
    engine: { facts: ENGINE_FACTS, trouble: null },
    engineChange: null,
    broker: {
      ...{ isConnected: true, protocol: '5', since: ago(3_600_000), trouble: null, denied: [] },
      url: 'mqtts://broker:8883',
    },
    clock: { isSynchronised: true, source: 'timesyncd' },
    host: {
      ...{ architecture: 'arm64', os: 'Debian', kernel: '6', bootId: 'boot', uptimeSeconds: 7200 },
      ...{ cpuCores: 4, load1m: 0.5, temperatureCelsius: 48 },
      ...{ memoryTotalBytes: 4e9, memoryAvailableBytes: 3e9, diskTotalBytes: 32e9, diskAvailableBytes: 20e9 },
    },
    dataDisk: { path: '/var/lib/holdfast', freeBytes: 20e9, totalBytes: 32e9 },
    engineDisk: { path: '/var/lib/docker', freeBytes: 20e9, totalBytes: 0 },
    reserveBytes: 512 * 1024 ** 2,
    outbox: { events: 0, statuses: 0 },
    needs: {},
    devices: [],
    events: () => [],
    ...changes,
  };
}

let seq = 0;

export function makeEvent(type: string, msBefore: number, fields: object = {}): Event {
  seq += 1;
  return { seq, at: ago(msBefore), type, ...fields };
}
