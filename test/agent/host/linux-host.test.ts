import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LinuxHost } from '../../../agent/host/linux-host.ts';
import type { ClockReading, HostFacts } from '../../../agent/ports/host.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'holdfast-host-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const RASPBERRY_PI: Record<string, string> = {
  '/etc/os-release': 'NAME="Debian GNU/Linux"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  '/proc/sys/kernel/osrelease': '6.6.31+rpt-rpi-2712\n',
  '/proc/sys/kernel/random/boot_id': '0f8b8f2e-33f5-4b2e-8a3c-2d7a1a2b3c4d\n',
  '/proc/uptime': '86400.57 300000.11\n',
  '/proc/loadavg': '0.42 0.30 0.20 1/200 1234\n',
  '/proc/meminfo': 'MemTotal:        8245612 kB\nMemFree:          100000 kB\nMemAvailable:    6000000 kB\n',
  '/sys/devices/system/cpu/online': '0-3\n',
  '/sys/class/thermal/thermal_zone0/temp': '51234\n',
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/run/systemd/timesync/synchronized': '',
};

interface Machine {
  readonly nodeArch?: string;
  readonly now?: string;
  /** What the kernel says of its clock. */
  readonly kernel?: boolean | null;
}

function hostOf(tree: Record<string, string>, machine: Machine = {}): LinuxHost {
  const { nodeArch = 'arm64', now = '2026-11-23', kernel = null } = machine;
  for (const [file, content] of Object.entries(tree)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  const clock = { ...systemClock, wallTime: () => new Date(now) };
  return new LinuxHost({ dataDir: root, root, nodeArch, clock, askKernel: (answer) => answer(kernel) });
}

function readFacts(tree: Record<string, string>, machine: Machine = {}): HostFacts {
  return hostOf(tree, machine).readFacts();
}

test('a Raspberry Pi tells all', () => {
  const { diskTotalBytes, diskAvailableBytes, ...facts } = readFacts(RASPBERRY_PI);
  expect(facts).toEqual({
    architecture: 'arm64',
    os: 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.6.31+rpt-rpi-2712',
    bootId: '0f8b8f2e-33f5-4b2e-8a3c-2d7a1a2b3c4d',
    uptimeSeconds: 86_400,
    cpuCores: 4,
    load1m: 0.42,
    memoryTotalBytes: 8_245_612 * 1024,
    memoryAvailableBytes: 6_000_000 * 1024,
    temperatureCelsius: 51.234,
  });
  expect(diskTotalBytes).toBeGreaterThan(0);
  expect(diskAvailableBytes).toBeLessThanOrEqual(diskTotalBytes);
});

test('an empty tree yields unknowns and no exception', () => {
  expect(readFacts({})).toMatchObject({
    bootId: 'unknown',
    uptimeSeconds: 0,
    load1m: 0,
    memoryTotalBytes: 0,
    memoryAvailableBytes: 0,
    temperatureCelsius: null,
  });
});

test('the machine that runs this test tells whole numbers where the protocol wants them', () => {
  const facts = new LinuxHost({ dataDir: root, clock: systemClock }).readFacts();
  const { uptimeSeconds, memoryTotalBytes, memoryAvailableBytes, diskTotalBytes, diskAvailableBytes } = facts;
  for (const count of [
    uptimeSeconds,
    memoryTotalBytes,
    memoryAvailableBytes,
    diskTotalBytes,
    diskAvailableBytes,
  ]) {
    expect(Number.isSafeInteger(count)).toBe(true);
    expect(count).toBeGreaterThan(0);
  }
  expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/);
});

test('the disk of a data_dir that is not there yet is its parent’s', () => {
  const host = new LinuxHost({ dataDir: path.join(root, 'not', 'yet'), clock: systemClock });
  expect(host.readFacts().diskTotalBytes).toBeGreaterThan(0);
});

test.each([
  ['x64', 'amd64'],
  ['arm64', 'arm64'],
  ['arm', 'arm'],
  ['riscv64', 'riscv64'],
])('Node’s %s is %s to an image index', (nodeArch, architecture) => {
  expect(readFacts({}, { nodeArch }).architecture).toBe(architecture);
});

test.each([
  ['0', 1],
  ['0-1,4,6-7', 5],
])('processors %s are %i', (list, cores) => {
  expect(readFacts({ '/sys/devices/system/cpu/online': list }).cpuCores).toBe(cores);
});

describe('the clock', () => {
  const clocks: readonly [string, Record<string, string>, Machine, ClockReading][] = [
    [
      'is synchronised when timesyncd says so',
      { '/run/systemd/timesync/synchronized': '' },
      { kernel: false },
      { isSynchronised: true, source: 'timesyncd' },
    ],
    [
      'is not while timesyncd still waits',
      { '/run/systemd/timesync/other': '' },
      { kernel: true },
      { isSynchronised: false, source: 'timesyncd' },
    ],
    [
      'is synchronised when the kernel says so, whoever keeps it',
      {},
      { kernel: true },
      { isSynchronised: true, source: 'kernel' },
    ],
    ['is not when the kernel says so', {}, { kernel: false }, { isSynchronised: false, source: 'kernel' }],
    ['is not known where nobody tells', {}, {}, { isSynchronised: null, source: null }],
    [
      'is not in 1970, whatever a left-over file says',
      { '/run/systemd/timesync/synchronized': '' },
      { now: '1970-01-01', kernel: true },
      { isSynchronised: false, source: 'year' },
    ],
  ];
  test.each(clocks)('%s', (_title, tree, machine, reading) => {
    expect(hostOf(tree, machine).readClock()).toEqual(reading);
  });
});

describe('the temperature', () => {
  const zone = (index: number, type: string, temp: string): Record<string, string> => ({
    [`/sys/class/thermal/thermal_zone${index}/type`]: type,
    [`/sys/class/thermal/thermal_zone${index}/temp`]: temp,
  });

  test('is the processor’s, though another zone is hotter', () => {
    const tree = { ...zone(0, 'acpitz', '90000'), ...zone(1, 'x86_pkg_temp', '60000') };
    expect(readFacts(tree).temperatureCelsius).toBe(60);
  });

  test('is the hottest of all where no zone is the processor’s', () => {
    expect(readFacts({ ...zone(0, 'a', '40000'), ...zone(1, 'b', '45500') }).temperatureCelsius).toBe(45.5);
  });

  test.each(['-274000', 'invalid', ''])('ignores a sensor that says %j', (temp) => {
    expect(readFacts(zone(0, 'cpu', temp)).temperatureCelsius).toBeNull();
  });
});

describe('a device', () => {
  test.each([
    ['/dev/ttyUSB0', '/dev/ttyUSB0'],
    // As a service the agent has a /dev of its own.
    ['/dev/video0', '/sys/class/video4linux/video0/uevent'],
  ])('%s is there by %s, and gone without it', (device, file) => {
    const host = hostOf({ [file]: '' });
    expect(host.isDeviceThere(device)).toBe(true);
    rmSync(path.join(root, file.replace('/uevent', '')), { recursive: true });
    expect(host.isDeviceThere(device)).toBe(false);
  });

  test('by another name is known to udev', () => {
    const host = hostOf({ '/run/udev/data/c188:0': 'S:serial/by-id/usb-FTDI-if00\nE:ID_BUS=usb\n' });
    expect(host.isDeviceThere('/dev/serial/by-id/usb-FTDI-if00')).toBe(true);
    expect(host.isDeviceThere('/dev/serial/by-id/usb-FTDI')).toBe(false);
  });
});
