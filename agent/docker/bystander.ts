// The engine as somebody sees it who only looks: for support, and where no agent answers. It may hang or be away, so each
// call has one time limit for all of it.
import type Docker from 'dockerode';
import * as v from 'valibot';
import { connectDocker } from './client.ts';
import { LABELS } from './labels.ts';
import { readWholeLines } from './logs.ts';

const text = v.fallback(v.string(), '');
const listSchema = v.array(
  v.object({
    Id: text,
    Names: v.fallback(v.array(v.string()), []),
    Image: text,
    State: text,
    Status: text,
    Labels: v.fallback(v.record(v.string(), v.string()), {}),
  }),
);
const environmentSchema = v.object({ Config: v.object({ Env: v.nullish(v.array(v.string()), []) }) });

/** What may be told of `docker info`: proxies, mirrors and labels, which may hold credentials, are not in it. */
const INFO_KEYS = [
  ...['ServerVersion', 'OperatingSystem', 'OSVersion', 'OSType', 'Architecture', 'KernelVersion', 'NCPU'],
  ...[
    'MemTotal',
    'Driver',
    'DriverStatus',
    'DockerRootDir',
    'LoggingDriver',
    'CgroupDriver',
    'CgroupVersion',
  ],
  ...['Containers', 'ContainersRunning', 'ContainersPaused', 'ContainersStopped', 'Images', 'Warnings'],
  ...['MemoryLimit', 'SwapLimit', 'CpuCfsQuota', 'PidsLimit', 'OomKillDisable', 'IPv4Forwarding'],
  ...['SecurityOptions', 'DefaultRuntime', 'LiveRestoreEnabled', 'DefaultAddressPools', 'SystemTime', 'NFd'],
] as const;
const VERSION_KEYS = [
  'Version',
  'ApiVersion',
  'MinAPIVersion',
  'GitCommit',
  'GoVersion',
  'Os',
  'Arch',
] as const;

export interface SeenContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** `running`, `exited`, … */
  readonly state: string;
  /** As the engine says it to people: `Up 3 hours (healthy)`. */
  readonly status: string;
  /** As its labels say; `null` of what is not the agent's. */
  readonly deployment: string | null;
  readonly service: string | null;
}

export class EngineBystander {
  readonly #docker: Docker;

  /** Each call takes at most `limitMs` and then rejects. */
  constructor(socketPath: string, limitMs: number) {
    // It bounds the silence, and twice that the whole answer.
    this.#docker = connectDocker(socketPath, limitMs / 2);
  }

  /** All of the engine, those that do not run too. */
  async containers(): Promise<SeenContainer[]> {
    const listed = await this.#docker.listContainers({ all: true });
    return v.parse(listSchema, listed).map(({ Id, Names, Image, State, Status, Labels }) => ({
      ...{ id: Id, name: (Names[0] ?? '').replace(/^\//, ''), image: Image, state: State, status: Status },
      deployment: Labels[LABELS.deployment] ?? null,
      service: Labels[LABELS.service] ?? null,
    }));
  }

  async info(): Promise<object> {
    return pick(await this.#docker.info(), INFO_KEYS);
  }

  async version(): Promise<object> {
    return pick(await this.#docker.version(), VERSION_KEYS);
  }

  /** `NAME=value` of what a container was made with. */
  async environmentOf(id: string): Promise<readonly string[]> {
    const inspected = await this.#docker.getContainer(id).inspect();
    return v.parse(environmentSchema, inspected).Config.Env ?? [];
  }

  /** Its last whole lines, oldest first, not cut: a secret at a cut would be one that nobody recognises. */
  async logOf(id: string): Promise<string[]> {
    return (await readWholeLines(this.#docker, id)).map(({ text: line }) => line);
  }
}

function pick(value: unknown, keys: readonly string[]): object {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(fields.filter(([key]) => keys.includes(key)));
}
