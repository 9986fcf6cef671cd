// The same file brought up by Docker Compose 2.26 and by the agent, on the same engine: `docker inspect` shows the same
// of both, key by key, but for what stands in the table of docs/compose.md.
// What needs more than a rig has is not here: privileged containers, accelerators, devices of a kind.
import { randomInt } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { loadFiles } from '../../../lib/document/load-file.ts';
import { DEPLOYMENT_SCHEMA } from '../../../protocol/deployment/deployment.ts';
import { ensureComposeCli } from '../../../scripts/rig/compose-cli.ts';
import { buildImage } from '../../../scripts/rig/images.ts';
import { freePort } from '../../../scripts/rig/port.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { readInspectDifferences } from '../../docs/inspect-differences.ts';
import type { Manager } from '../support/manager.ts';
import { World } from '../support/world.ts';
import { ComposeProject } from './compose-project.ts';
import { isAbout, judge, servicesOf } from './inspect-judgement.ts';
import {
  differencesOf,
  type Naming,
  objectOf,
  type Plain,
  rename,
  showContainer,
  showNetwork,
  showVolume,
} from './inspected.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/compose-inspect', import.meta.url));
const FILES = readdirSync(FIXTURES).filter((file) => file.endsWith('.yml'));
const ROWS = readInspectDifferences();
const { images } = inject('rig');
/** Proven as soon as may be: how long a service must be good is no matter of this test. */
const UPDATE = { strategy: 'stop-first', healthy_after: '500ms', deadline: '90s' };

interface Subject {
  /** Of the project, and of the deployment. */
  readonly name: string;
  readonly file: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly compose: ComposeProject;
  /** As Compose reads them. */
  readonly services: Readonly<Record<string, Plain>>;
}

let world: World;
let manager: Manager;
const subjects = new Map<string, Subject>();

beforeAll(async () => {
  world = new World();
  const program = await ensureComposeCli(quietProgress);
  ({ manager } = await world.start());
  cpSync(FIXTURES, projectFolder(), { recursive: true });
  // What is external to Compose must be there.
  await world.engine.docker.createNetwork({ Name: world.name('shared') });
  await world.engine.docker.createVolume({ Name: world.name('shared') });
  const common = await variables();
  for (const file of FILES) {
    const name = world.name(path.basename(file, '.yml'));
    const own = { ...common, PROJECT: name, COMPOSE_PROJECT_NAME: name };
    const options = { program, socketPath: world.engine.socketPath, home: world.dir };
    const compose = new ComposeProject(options, path.join(projectFolder(), file), own);
    const services = servicesOf(rename(await compose.read(), namingOf(name)), common.INIT_IMAGE);
    subjects.set(file, { name, file, variables: own, compose, services });
  }
});
afterAll(() => world.close());

const projectFolder = (): string => path.join(world.dir, 'project');

/** What the files name by variables: images of the rig, free ports, and a folder of the device. */
async function variables() {
  const device = path.join(world.dir, 'device');
  mkdirSync(path.join(device, 'kept'), { recursive: true });
  const { Arch } = await world.engine.docker.version();
  const first = await firstOfTwoPorts();
  return {
    ...{ IMAGE: images['hello:1.0.0'].reference, OTHER_IMAGE: images['hello:1.1.0'].reference },
    ...{ INIT_IMAGE: await pushInitImage(Arch), ARCHITECTURE: Arch },
    ...{ DEVICE: device, PIN: '1234', COMPOSE_PROFILES: 'marsh' },
    ...{
      PORT_1: String(await world.port()),
      PORT_2: String(await world.port()),
      PORT_3: String(await world.port()),
    },
    // Of the machine no other test uses it.
    ...{ SHARED: world.name('shared'), SUBNET: `10.${randomInt(100, 200)}.${randomInt(0, 256)}` },
    ...{ FIRST_PORT: String(first), LAST_PORT: String(first + 1) },
  };
}

async function firstOfTwoPorts(): Promise<number> {
  for (;;) {
    const first = await world.port();
    if ((await freePort(first + 1)) === first + 1) return first;
  }
}

/** An image that brings its own init process. */
async function pushInitImage(architecture: string): Promise<string> {
  const { host: registryHost } = await world.registry();
  const recipe = {
    ...{ name: 'burrow', tag: '1', entrypoint: ['/app/init'], cmd: [] },
    ...{ files: { init: '#!/bin/sh\nexec sleep 600\n' }, platforms: [`linux/${architecture}`] },
  };
  return (await buildImage(recipe, { registryHost })).reference;
}

/** Paths and names of which each tool has its own. */
function namingOf(name: string): Naming {
  return [
    [projectFolder(), 'PROJECT'],
    [`${world.dir}/data/folders/${name}`, 'DEPLOYMENT'],
    [new RegExp(`${world.dir}/(data/configs|secrets)/${name}/[^"]*/`, 'g'), 'AGENT/'],
    // A network with settings has a mark of them behind its name.
    [new RegExp(`holdfast_${name}_([^"]+)-[0-9a-f]{8}"`, 'g'), 'NAME_$1"'],
    [`holdfast_${name}_`, 'NAME_'],
    [name, 'NAME'],
  ];
}

interface Shown {
  /** By service. */
  readonly services: Plain;
  readonly networks: Plain;
  readonly volumes: Plain;
}

async function show(name: string, label: string, serviceLabel: string): Promise<Shown> {
  const { docker } = world.engine;
  const filters = { label: [`${label}=${name}`] };
  const listed = await docker.listContainers({ all: true, filters });
  const containers = await Promise.all(listed.map(({ Id }) => docker.getContainer(Id).inspect()));
  const networks = await docker.listNetworks({ filters });
  const volumes = (await docker.listVolumes({ filters })).Volumes;
  const serviceOf = (labels: Readonly<Record<string, string>>): string => labels[serviceLabel] ?? '';
  const identities = containers.flatMap(({ Id, Config }): Naming => {
    const identity = `ID_OF_${serviceOf(Config.Labels)}`;
    return [
      [Id, identity],
      [Id.slice(0, 12), identity],
    ];
  });
  const shown = {
    services: Object.fromEntries(containers.map((one) => [serviceOf(one.Config.Labels), showContainer(one)])),
    networks: Object.fromEntries(networks.map((one) => [one.Name, showNetwork(one)])),
    volumes: Object.fromEntries(volumes.map((one) => [one.Name, showVolume(one)])),
  };
  return rename(shown, [...identities, ...namingOf(name)]);
}

async function shownByCompose({ name, compose }: Subject): Promise<Shown> {
  try {
    await compose.up();
    return await show(name, 'com.docker.compose.project', 'com.docker.compose.service');
  } finally {
    await compose.down();
  }
}

async function shownByHoldfast({ name, file, variables }: Subject): Promise<Shown> {
  const readStdin = () => ({ ok: false, message: 'no file is "-"' }) as const;
  const result = loadFiles([path.join(projectFolder(), file)], { cwd: world.dir, variables, readStdin });
  if (!result.ok) throw new Error(result.failure.message);
  const { content } = result.loaded;
  const head = { schema: DEPLOYMENT_SCHEMA, revision: 1, state: 'present' };
  await manager.publish(name, { ...content, ...head, update: UPDATE });
  await manager.phase(name, 'converged', 1, 100_000);
  return show(name, 'io.holdfast.deployment', 'io.holdfast.service');
}

test.concurrent.for(FILES)('%s', async (file) => {
  const subject = subjects.get(file);
  if (subject === undefined) throw new Error('unreachable: there is one for each file');
  const [compose, holdfast] = [await shownByCompose(subject), await shownByHoldfast(subject)];
  expect(Object.keys(holdfast.services).sort()).toEqual(Object.keys(compose.services).sort());
  expect(Object.keys(compose.services)).not.toEqual([]);
  const faults = Object.entries(subject.services).flatMap(([service, asked]) => {
    const [one, other] = [objectOf(compose.services[service]), objectOf(holdfast.services[service])];
    return judge(asked, differencesOf(one, other), ROWS).map((fault) => `${service}: ${fault}`);
  });
  expect(faults).toEqual([]);
  expect(differencesOf(compose.networks, holdfast.networks)).toEqual([]);
  expect(differencesOf(compose.volumes, holdfast.volumes)).toEqual([]);
});

test.for(ROWS)('a service here shows the difference at $path', (row) => {
  const asked = [...subjects.values()].flatMap(({ services }) => Object.values(services));
  expect(asked.some((service) => isAbout(row, service))).toBe(true);
});
