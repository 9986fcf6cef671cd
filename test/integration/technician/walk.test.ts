// docs/technician.md, done: each command of the page, typed at a device of real parts, on a screen of 80 columns and on
// one of 40. What it prints is kept in test/docs/technician/golden; with `-u` it is written anew, and so is the page.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { widthOf } from '../../../lib/render/width.ts';
import type { Findings } from '../../../protocol/operations/why.ts';
import type { Status } from '../../../protocol/reports/status.ts';
import type { Mosquitto } from '../../../scripts/rig/mosquitto.ts';
import { GOLDEN, type StepName } from '../../docs/technician/golden.ts';
import type { Places } from '../../docs/technician/pinned.ts';
import type { AgentProcess } from '../support/agent-process.ts';
import { askJson } from '../support/ask-why.ts';
import { hello, PROBE, present, type Service } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { waitFor } from '../support/wait-for.ts';
import { World } from '../support/world.ts';
import { Laptop, type Seen } from './laptop.ts';

// Times beside waits are local.
process.env.TZ = 'UTC';

const { images, registry } = inject('rig');
const PROGRAM = readFileSync(new URL('./camera.py', import.meta.url), 'utf8');
const BAD_WEB = readFileSync(new URL('./bad_web.py', import.meta.url), 'utf8');
/** So long a disk is nearly full before it is told. */
const DISK_LOW_MS = 62_000;

const CAMERA: Service = {
  ...hello(images['hello:1.0.0'].reference, {
    command: ['python3', '/app/camera.py'],
    stop_grace_period: '4s',
  }),
  configs: [{ source: 'program', target: '/app/camera.py' }],
  volumes: [{ type: 'bind', source: './settings', target: '/settings' }],
  deploy: { resources: { limits: { memory: '64M', cpus: '0.5' } } },
};

const world = new World({ mark: 'press7' });
/** A device with nothing to run, whose small disk fills. */
const other = new World({ mark: 'press8' });
const camera = world.name('camera');
const web = world.name('web');
let mosquitto: Mosquitto;
let manager: Manager;
let agent: AgentProcess;
let laptop: Laptop;
let otherLaptop: Laptop;
let fullSinceMs: number;

function placesOf({ dir }: World): Places {
  return {
    [registry.host]: 'registry.example.com',
    [mosquitto.url]: 'mqtt://broker.example.com:1883',
    [mosquitto.url.replace('mqtt://', '')]: 'broker.example.com:1883',
    [`${dir}/data`]: '/var/lib/holdfast',
    [`${dir}/api.sock`]: '/run/holdfast/api.sock',
    [`${dir}/registry-0.password`]: '/etc/holdfast/registry.password',
    [dir]: '/root',
  };
}

/** All at once: an agent of a device that runs nothing is quick. */
async function startOther(): Promise<void> {
  const disk = path.join(other.dir, 'data');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=40m', 'tmpfs', disk]);
  other.defer(() => execFileSync('umount', [disk]));
  await other.mosquitto();
  await other.agent();
  writeFileSync(path.join(disk, 'frames.raw'), Buffer.alloc(38 * 1024 ** 2));
  otherLaptop = await Laptop.at(other, placesOf(other));
  await otherLaptop.type('holdfast why');
  fullSinceMs = performance.now();
}

beforeAll(async () => {
  mosquitto = await world.mosquitto();
  manager = await world.manager();
  agent = await world.agent({ registries: { [registry.host]: { username: 'edge', password: 'secret' } } });
  const configs = { configs: { program: { content: PROGRAM } } };
  await manager.publish(camera, present(camera, 1, { camera: CAMERA }, configs));
  await manager.publish(web, present(web, 1, { web: hello(images['hello:1.0.0'].reference) }));
  laptop = await Laptop.at(world, placesOf(world));
  await startOther();
  await manager.phase(camera, 'converged', 1);
  await manager.phase(web, 'converged', 1);
});
afterAll(async () => {
  // Both: one that fails must not keep the other from cleaning up.
  const ended = await Promise.allSettled([other.close(), world.close()]);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
});

async function expectGolden(step: StepName, { texts, exitCode }: Seen, expectedCode: number): Promise<void> {
  for (const columns of [80, 40] as const) {
    const text = texts[columns];
    await expect(text).toMatchFileSnapshot(path.join(GOLDEN, `${step}.${columns}.txt`));
    if (!step.endsWith('logs'))
      expect(text.split('\n').filter((line) => isTooWide(line, columns))).toEqual([]);
  }
  expect(exitCode).toBe(expectedCode);
}

/** What cannot be broken may be longer: a path, an id, and what was typed. */
function isTooWide(line: string, columns: number): boolean {
  return widthOf(line) > columns && !line.startsWith('$ ') && line.trim().includes(' ');
}

async function shows(step: StepName, command: string, exitCode: number): Promise<void> {
  await expectGolden(step, await laptop.type(command), exitCode);
}

function set(settings: object): void {
  const file = path.join(world.dir, 'data/folders', camera, 'settings/camera.json');
  writeFileSync(file, JSON.stringify(settings));
}

test('all is well', async () => {
  await shows('well-status', 'holdfast status', 0);
  await shows('well-why', 'holdfast why', 0);
});

test('a password that everybody may read', async () => {
  const file = path.join(world.dir, 'registry-0.password');
  chmodSync(file, 0o644);
  await shows('check', 'holdfast check', 0);
  chmodSync(file, 0o640);
  await shows('check-again', 'holdfast check', 0);
});

test('there is no broker', async () => {
  await mosquitto.stop();
  await waitFor('it to be told', async () => {
    const { findings } = await askJson<Findings>(['why', '--socket', path.join(world.dir, 'api.sock')]);
    return findings.some(({ code }) => code === 'broker_unreachable');
  });
  await shows('broker-why', 'holdfast why', 0);
  await shows('broker-status', 'holdfast status', 0);
  await mosquitto.start();
  await manager.presence(true);
});

/** For long enough to be looked at, with a code: of a run that the engine followed by another one, none is known. */
function isHeldBack({ phase, services: { camera: service } }: Status): boolean {
  const failure = service?.last_failure;
  const waitMs = Date.parse(failure?.next_try_at ?? '') - Date.now();
  return phase === 'degraded' && service?.state === 'exited' && failure?.exit_code === 1 && waitMs > 2500;
}

test('a service crashes', async () => {
  set({ trigger: 'internal' });
  await manager.status(camera, 'waits for its next try', isHeldBack, 60_000);
  await shows('crash-status', 'holdfast status', 1);
  await shows('crash-why', 'holdfast why', 1);
  await shows('crash-logs', `holdfast logs ${camera}/camera --tail 7`, 0);
  await shows('crash-events', 'holdfast events --tail 4', 0);
  set({ serial_port: '/dev/ttyS0', trigger: 'internal' });
  await shows('crash-retry', `holdfast retry ${camera}`, 0);
  await manager.phase(camera, 'converged', 1);
  await shows('crash-after', 'holdfast why', 0);
});

test('a service hangs', async () => {
  set({ serial_port: '/dev/ttyS0', trigger: 'external' });
  await manager.status(
    camera,
    'has said where it hangs, and is being stopped',
    ({ services }) =>
      services.camera?.state === 'running' && services.camera.last_failure?.hang !== undefined,
  );
  await shows('hang-why', `holdfast why ${camera}`, 1);
  await shows('hang-logs', `holdfast logs ${camera}/camera --tail 2`, 0);
  set({ serial_port: '/dev/ttyS0', trigger: 'internal' });
  await shows('hang-restart', `holdfast restart ${camera}/camera`, 0);
  await manager.phase(camera, 'converged', 1);
});

test('a bad update was taken back', async () => {
  const probe = { ...PROBE, grace: '1s' } as const;
  const bad = hello(images['hello:1.1.0'].reference, { command: ['python3', '-c', BAD_WEB], probe });
  await manager.publish(web, present(web, 2, { web: bad }));
  await manager.phase(web, 'rolled_back', 2);
  await waitFor('its log to be kept', async () => {
    const args = ['why', web, '--socket', path.join(world.dir, 'api.sock')];
    const { findings } = await askJson<Findings>(args);
    return findings.some(({ evidence }) => evidence.some((line) => line.endsWith(' --previous')));
  });
  await shows('back-status', 'holdfast status', 1);
  await shows('back-why', `holdfast why ${web}`, 1);
  await manager.publish(web, present(web, 3, { web: hello(images['hello:1.1.0'].reference) }));
  await manager.phase(web, 'converged', 3);
});

test('the disk is nearly full', async () => {
  // It is looked at in between, as it is on a device that has something to run.
  await otherLaptop.type('holdfast why');
  await waitFor('it to last', () => performance.now() - fullSinceMs > DISK_LOW_MS, {
    deadlineMs: DISK_LOW_MS,
  });
  await expectGolden('disk-why', await otherLaptop.type('holdfast why'), 0);
});

test('no agent answers', async () => {
  await agent.stop();
  await expectGolden('down-status', await laptop.typeWithoutAgent('holdfast status'), 3);
  const bundle = 'holdfast bundle --out /root/bundle.tar.gz';
  await expectGolden('down-bundle', await laptop.typeWithoutAgent(bundle), 0);
});
