// One test's world: a folder, names that nobody else uses, real parts, and proof at the end that all of it is gone.
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import type { Credentials } from '../../../lib/oci/registry-auth.ts';
import { type Mosquitto, startMosquitto } from '../../../scripts/rig/mosquitto.ts';
import { freePort } from '../../../scripts/rig/port.ts';
import { startRegistry, type ThrowawayRegistry } from '../../../scripts/rig/registry.ts';
import { MisbehavingEngine } from '../../fakes/misbehaving-engine.ts';
import { AgentProcess } from './agent-process.ts';
import { Manager } from './manager.ts';
import { TestEngine } from './test-engine.ts';

export interface AgentOptions {
  /** Default: the Mosquitto of this world. */
  readonly brokerUrl?: string;
  /** Further lines of the table `broker`. */
  readonly brokerLines?: readonly string[];
  /** Default: the engine of the rig. */
  readonly engineSocket?: string;
  readonly groups?: readonly string[];
  /** Credentials by registry host. */
  readonly registries?: Readonly<Record<string, Credentials>>;
  /** What pulls leave free on the engine's disk; default: the agent's own. */
  readonly imageReserve?: string;
  /** Default: the agent's own. */
  readonly imageGrace?: string;
  /** Where its page is; default: it has none. */
  readonly http?: string;
  /** Whether Home Assistant is told of it. Default: it is not. */
  readonly homeAssistant?: boolean;
}

interface Started {
  readonly manager: Manager;
  readonly agent: AgentProcess;
}

export interface WorldOptions {
  /** Default: the engine of the rig. */
  readonly engineSocket?: string;
  /** Default: one that nobody else has. Given where names are shown, and one test alone has it. */
  readonly mark?: string;
}

export class World {
  /** In every name that this world makes, and in nobody else's. */
  readonly mark: string;
  readonly device: string;
  readonly dir = mkdtempSync(path.join(tmpdir(), 'hf-it-'));
  readonly engine: TestEngine;
  readonly #cleanUps: (() => unknown)[] = [];
  readonly #agents: AgentProcess[] = [];
  readonly #managers: Manager[] = [];
  readonly #registryHosts: string[] = [];
  readonly #ports = new Set<number>();
  #mosquitto: Mosquitto | null = null;

  constructor({
    engineSocket = inject('rig').engine.socketPath,
    mark = `hf${randomBytes(4).toString('hex')}`,
  }: WorldOptions = {}) {
    this.mark = mark;
    this.device = `dev-${mark}`;
    this.engine = new TestEngine(engineSocket);
  }

  /** A deployment, group or container name of this world. */
  name(text: string): string {
    return `${this.mark}-${text}`;
  }

  /** A free port of this host's loopback, and none that the kernel hands out to connections of its own accord. */
  async port(): Promise<number> {
    for (;;) {
      const candidate = randomInt(20_000, 30_000);
      if (this.#ports.has(candidate)) continue;
      this.#ports.add(candidate);
      if ((await freePort(candidate)) === candidate) return candidate;
    }
  }

  defer(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp);
  }

  /** A broker, a manager and the agent: all that most tests need. */
  async start(options: AgentOptions = {}): Promise<Started> {
    await this.mosquitto();
    const manager = await this.manager();
    return { manager, agent: await this.agent(options) };
  }

  /** The broker that this world's managers and agents connect to, unless told of another. */
  async mosquitto(): Promise<Mosquitto> {
    const mosquitto = await startMosquitto({
      dir: path.join(this.dir, 'mosquitto'),
      extraConfig: 'persistence true',
    });
    this.defer(() => mosquitto.stop());
    this.#mosquitto = mosquitto;
    return mosquitto;
  }

  async manager(url = this.#brokerUrl(), protocolVersion: 4 | 5 = 5): Promise<Manager> {
    const { device, mark } = this;
    const manager = await Manager.connect({ url, device, clientId: `manager-${mark}`, protocolVersion });
    this.#managers.push(manager);
    this.defer(() => manager.close());
    return manager;
  }

  async registry(htpasswd?: Credentials): Promise<ThrowawayRegistry> {
    const dir = path.join(this.dir, `registry-${this.#registryHosts.length}`);
    const registry = await startRegistry({ dir, ...(htpasswd === undefined ? {} : { htpasswd }) });
    this.#registryHosts.push(registry.host);
    this.defer(() => registry.stop());
    return registry;
  }

  /** An engine socket of this world's own, which can misbehave or go away. */
  async forwardEngine(socketPath: string): Promise<MisbehavingEngine> {
    const engine = await MisbehavingEngine.start(socketPath, this.engine.socketPath);
    this.defer(() => engine.stop());
    return engine;
  }

  /** Starts the agent of this world's device; started again it finds what it stored before. */
  async agent(options: AgentOptions = {}): Promise<AgentProcess> {
    const agent = new AgentProcess(this.#configure(options));
    this.#agents.push(agent);
    return agent.started();
  }

  /** Ends everything, in reverse, and fails when something went wrong unseen or was left behind. */
  async close(): Promise<void> {
    const codes = await Promise.all(
      this.#agents.filter(({ isRunning }) => isRunning).map((agent) => agent.stop()),
    );
    const faults = [
      ...codes.filter((code) => code !== 0).map((code) => `the agent ended with ${code} after SIGTERM`),
      ...this.#agents.flatMap((agent) => agent.faults()),
      ...this.#managers.flatMap((manager) => manager.faults()),
    ];
    // One that fails must not keep the others from being made.
    const tidy = () => this.engine.removeAll(this.mark, this.#registryHosts);
    for (const cleanUp of [...this.#cleanUps.reverse(), tidy]) {
      await Promise.resolve()
        .then(cleanUp)
        .catch((error: unknown) => faults.push(`clean-up: ${error}`));
    }
    faults.push(...(await this.engine.findAll(this.mark)).map((what) => `left behind: ${what}`));
    // After a kill -9 it may stay: the next agent takes its place.
    const isOrderly = codes.length > 0;
    if (isOrderly && existsSync(path.join(this.dir, 'api.sock')))
      faults.push('left behind: the local socket');
    rmSync(this.dir, { recursive: true, force: true });
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }

  #brokerUrl(): string {
    if (this.#mosquitto === null) throw new Error('this world has no Mosquitto yet');
    return this.#mosquitto.url;
  }

  #configure({
    brokerUrl = this.#brokerUrl(),
    brokerLines = [],
    engineSocket = this.engine.socketPath,
    groups = [],
    registries = {},
    imageGrace,
    imageReserve,
    http = '',
    homeAssistant = false,
  }: AgentOptions): string {
    const tables = Object.entries(registries).map(([host, { username, password }], index) => {
      const file = this.#write(`registry-${index}.password`, `${password}\n`);
      return `[registries."${host}"]\nusername = "${username}"\npassword_file = "${file}"`;
    });
    const lines = [
      `device = "${this.device}"`,
      `groups = ${JSON.stringify(groups)}`,
      `data_dir = "${this.dir}/data"`,
      `[broker]\nurl = "${brokerUrl}"`,
      ...brokerLines,
      `[engine]\nsocket = "${engineSocket}"`,
      `[local]\nsocket = "${this.dir}/api.sock"\nhttp = "${http}"`,
      `[home_assistant]\ndiscovery = ${homeAssistant}`,
      '[images]',
      ...(imageGrace === undefined ? [] : [`grace = "${imageGrace}"`]),
      ...(imageReserve === undefined ? [] : [`reserve = "${imageReserve}"`]),
      ...tables,
    ];
    return this.#write('holdfast.toml', `${lines.join('\n')}\n`);
  }

  #write(name: string, text: string): string {
    const file = path.join(this.dir, name);
    writeFileSync(file, text);
    return file;
  }
}
