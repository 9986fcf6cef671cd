// How long from a publish until the last container has started, as a ratio to the same calls made straight at
// the engine's API. Both sides take turns in one run; medians are printed.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import Docker from 'dockerode';
import { connectAsync, type MqttClient } from 'mqtt';
import { containerOptions } from '../agent/docker/container-options.ts';
import { revisionOf } from '../agent/model/document/revision.ts';
import { type InstanceSpec, instancesOf } from '../agent/model/instance.ts';
import { contentHash } from '../protocol/values/canonical-json.ts';
import { startMosquitto } from './rig/mosquitto.ts';
import { createProgress } from './rig/progress.ts';
import { ensureRig } from './rig/rig.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
const root = path.resolve(import.meta.dirname, '..');
const NAME = 'bench';
const BARE = 'bench-bare';

const rig = await ensureRig(createProgress());
const docker = new Docker({ socketPath: rig.engine.socketPath });
const image = rig.images['hello:1.0.0'].reference;
let revision = 0;

/** A document of `count` services that only sleep; `marked` says which one differs from the last document. */
function documentOf(count: number, marked = ''): object {
  revision += 1;
  const services = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const mark = index === 0 ? marked : '';
      return [`s${index}`, { image, command: ['sleep', '3600'], environment: { MARK: mark } }];
    }),
  );
  return {
    schema: 'holdfast.deployment/1',
    name: NAME,
    revision,
    state: 'present',
    services,
    update: { healthy_after: '100ms' },
  };
}

function specsIn(document: object): readonly InstanceSpec[] {
  const parsed = revisionOf(contentHash(document), JSON.stringify(document))?.document;
  return parsed?.state === 'present' ? instancesOf(parsed.services) : [];
}

/** Milliseconds from `act` until the engine has told of `starts` container starts. */
async function timeUntilStarted(
  deployment: string,
  starts: number,
  act: () => Promise<unknown>,
): Promise<number> {
  const abort = new AbortController();
  const options: Docker.GetEventsOptions & { abortSignal: AbortSignal } = {
    filters: { event: ['start'], label: [`io.holdfast.deployment=${deployment}`] },
    abortSignal: abort.signal,
  };
  const stream = await docker.getEvents(options);
  // The abort below ends the stream with an error, by which time nobody listens.
  stream.on('error', () => undefined);
  const startedAt = performance.now();
  const done = new Promise<number>((resolve) => {
    let seen = 0;
    stream.on('data', (chunk: Buffer) => {
      seen += chunk.toString().split('\n').length - 1;
      if (seen >= starts) resolve(performance.now() - startedAt);
    });
  });
  await act();
  const ms = await done;
  abort.abort();
  return ms;
}

async function bareCreateAndStart(specs: readonly InstanceSpec[]): Promise<void> {
  await Promise.all(
    specs.map(async (spec) => {
      const container = await docker.createContainer({
        ...containerOptions(BARE, spec),
        name: `${BARE}-${spec.name}-${revision}`,
      });
      await container.start();
    }),
  );
}

async function bareNetwork(): Promise<void> {
  await docker.createNetwork({
    Name: `holdfast_${BARE}_default`,
    Labels: { 'io.holdfast.deployment': BARE },
    CheckDuplicate: true,
  });
}

async function bareContainers(): Promise<Docker.ContainerInfo[]> {
  return docker.listContainers({ all: true, filters: { label: [`io.holdfast.deployment=${BARE}`] } });
}

async function clearBare(): Promise<void> {
  await Promise.all(
    (await bareContainers()).map(({ Id }) => docker.getContainer(Id).remove({ force: true })),
  );
  await docker
    .getNetwork(`holdfast_${BARE}_default`)
    .remove()
    .catch(() => undefined);
}

class Manager {
  readonly #client: MqttClient;
  #phase = '';
  #waiters: (() => void)[] = [];

  constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (_topic, payload) => {
      const status: { phase: string; desired: { revision: number } | null } = JSON.parse(payload.toString());
      this.#phase = `${status.phase} ${status.desired?.revision}`;
      for (const waiter of this.#waiters) waiter();
    });
  }

  publish(document: object): Promise<unknown> {
    return this.#client.publishAsync(
      `holdfast/v1/devices/bench/deployments/${NAME}`,
      JSON.stringify(document),
      { qos: 1, retain: true },
    );
  }

  async until(phase: string): Promise<void> {
    while (this.#phase !== `${phase} ${revision}`)
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.#waiters = [];
  }

  async remove(): Promise<void> {
    revision += 1;
    await this.publish({ schema: 'holdfast.deployment/1', name: NAME, revision, state: 'absent' });
    await this.until('removed');
  }
}

function startAgent(dir: string, url: string): ChildProcess {
  const config = path.join(dir, 'holdfast.toml');
  writeFileSync(
    config,
    `device = "bench"\ndata_dir = "${dir}/data"\n[broker]\nurl = "${url}"\n[engine]\nsocket = "${rig.engine.socketPath}"\n[local]\nsocket = "${dir}/api.sock"\nhttp = ""\n[log]\nlevel = "error"\n`,
  );
  return spawn(path.join(root, 'agent/bin/holdfast'), ['agent', '--config', config], { stdio: 'inherit' });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function print(title: string, agent: readonly number[], bare: readonly number[]): void {
  const ratio = median(agent.map((ms, index) => ms / (bare[index] ?? Number.NaN)));
  const row = [
    title.padEnd(34),
    `${Math.round(median(agent))} ms`.padStart(9),
    `${Math.round(median(bare))} ms`.padStart(9),
    ratio.toFixed(2).padStart(7),
  ];
  process.stdout.write(`${row.join('')}\n`);
}

async function compareFresh(manager: Manager, count: number): Promise<void> {
  const agent: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const document = documentOf(count);
    agent.push(await timeUntilStarted(NAME, count, () => manager.publish(document)));
    await manager.until('converged');
    await manager.remove();
    const specs = specsIn(documentOf(count));
    bare.push(
      await timeUntilStarted(BARE, count, async () => {
        await bareNetwork();
        await bareCreateAndStart(specs);
      }),
    );
    await clearBare();
  }
  print(`${count} service${count === 1 ? '' : 's'}, image present`, agent, bare);
}

async function compareUpdate(manager: Manager): Promise<void> {
  const agent: number[] = [];
  const bare: number[] = [];
  await manager.publish(documentOf(10));
  await manager.until('converged');
  await bareNetwork();
  await bareCreateAndStart(specsIn(documentOf(10)));
  for (let round = 0; round < rounds; round += 1) {
    const document = documentOf(10, `round ${round}`);
    agent.push(await timeUntilStarted(NAME, 1, () => manager.publish(document)));
    await manager.until('converged');
    const [spec] = specsIn(documentOf(10, `round ${round}`));
    const old = (await bareContainers()).find(({ Labels }) => Labels['io.holdfast.service'] === 's0');
    if (spec === undefined || old === undefined) throw new Error('nothing to update');
    bare.push(
      await timeUntilStarted(BARE, 1, async () => {
        const next = await docker.createContainer({
          ...containerOptions(BARE, spec),
          name: `${BARE}-s0-${revision}`,
        });
        await docker.getContainer(old.Id).stop({ t: 10 });
        await next.start();
      }),
    );
    await docker.getContainer(old.Id).remove();
  }
  await manager.remove();
  await clearBare();
  print('update of 1 of 10', agent, bare);
}

const dir = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
const broker = await startMosquitto({ dir: path.join(dir, 'broker') });
const client = await connectAsync(broker.url);
await client.subscribeAsync(`holdfast/v1/devices/bench/status/${NAME}`);
const manager = new Manager(client);
const agentProcess = startAgent(dir, broker.url);
try {
  await clearBare();
  await manager.publish(documentOf(1));
  await manager.until('converged');
  await manager.remove();
  const { ServerVersion } = await docker.info();
  process.stdout.write(
    `Node ${process.version}, Docker Engine ${ServerVersion}, ${rounds} rounds, medians; ratio of pairs\n\n`,
  );
  process.stdout.write(`${''.padEnd(34)}${'agent'.padStart(9)}${'bare'.padStart(9)}${'ratio'.padStart(7)}\n`);
  await compareFresh(manager, 1);
  await compareFresh(manager, 10);
  await compareUpdate(manager);
} finally {
  agentProcess.kill('SIGTERM');
  await new Promise((resolve) => agentProcess.once('exit', resolve));
  await client.endAsync();
  await broker.stop();
  await clearBare();
  rmSync(dir, { recursive: true, force: true });
}
