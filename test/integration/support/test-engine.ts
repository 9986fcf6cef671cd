// The engine as a bystander sees and disturbs it, and the removal of what one test made.
import Docker from 'dockerode';
import { waitFor } from './wait-for.ts';

export type Container = Docker.ContainerInspectInfo;

/** What tells a container that was left alone from one that was restarted or made anew. */
export interface Identity {
  readonly id: string;
  readonly startedAt: string;
}

const DEPLOYMENT = 'io.holdfast.deployment';
const SERVICE = 'io.holdfast.service';

export class TestEngine {
  readonly docker: Docker;
  readonly socketPath: string;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
    this.docker = new Docker({ socketPath });
  }

  /** All containers of a deployment, stopped ones too. */
  async containersOf(deployment: string): Promise<Container[]> {
    const filters = { label: [`${DEPLOYMENT}=${deployment}`] };
    const listed = await this.docker.listContainers({ all: true, filters });
    const inspected = await Promise.all(listed.map(({ Id }) => this.inspect(Id)));
    return inspected.filter((info) => info !== null);
  }

  /** `null` when it is not there. */
  async inspect(id: string): Promise<Container | null> {
    return unlessMissing(this.docker.getContainer(id).inspect());
  }

  /** The one running container of a service; fails when there is none or another. */
  async running(deployment: string, service = 'hello'): Promise<Container> {
    const all = await this.containersOf(deployment);
    const up = all.filter(
      ({ Config, State }) => Config.Labels[SERVICE] === service && State.Running && !State.Paused,
    );
    const [only, ...more] = up;
    if (only === undefined || more.length > 0)
      throw new Error(`${up.length} containers run for ${deployment}/${service}: ${describe(all)}`);
    return only;
  }

  async identity(deployment: string, service = 'hello'): Promise<Identity> {
    return identityOf(await this.running(deployment, service));
  }

  /** Waits until a container of the service runs that `isIt` accepts. */
  async untilRunning(
    deployment: string,
    isIt: (container: Container) => boolean = () => true,
    service = 'hello',
    deadlineMs = 30_000,
  ): Promise<Container> {
    let seen: Container[] = [];
    const look = async (): Promise<Container | undefined> => {
      seen = await this.containersOf(deployment);
      return seen.find(
        (container) =>
          container.Config.Labels[SERVICE] === service &&
          container.State.Running &&
          !container.State.Paused &&
          isIt(container),
      );
    };
    return waitFor(`a running container of ${deployment}/${service}`, look, {
      deadlineMs,
      lastSeen: () => describe(seen),
    });
  }

  /** Names of everything whose name, label or image has `mark` in it. */
  async findAll(mark: string | RegExp): Promise<string[]> {
    const [containers, networks, volumes, images] = await this.#list();
    const isMarked = (text: string): boolean =>
      typeof mark === 'string' ? text.includes(mark) : mark.test(text);
    const isLabelled = (labels: Record<string, string> | null | undefined): boolean =>
      Object.entries(labels ?? {})
        .flat()
        .some(isMarked);
    return [
      ...containers
        .filter(({ Names, Labels }) => Names.some(isMarked) || isLabelled(Labels))
        .map(({ Names, State }) => `container ${Names[0]} (${State})`),
      ...networks
        .filter(({ Name, Labels }) => isMarked(Name) || isLabelled(Labels))
        .map(({ Name }) => `network ${Name}`),
      ...volumes
        .filter(({ Name, Labels }) => isMarked(Name) || isLabelled(Labels))
        .map(({ Name }) => `volume ${Name}`),
      ...images.filter(isMarked).map((tag) => `image ${tag}`),
    ];
  }

  /** Removes everything whose name, label or image holds `mark`, which only one test uses. */
  async removeAll(mark: string, imageHosts: readonly string[]): Promise<void> {
    const [containers] = await this.#list();
    const ours = containers.filter(({ Names, Labels }) =>
      [...Names, ...Object.values(Labels)].some((text) => text.includes(mark)),
    );
    await Promise.all(
      ours.map(({ Id }) => unlessMissing(this.docker.getContainer(Id).remove({ force: true, v: true }))),
    );
    const [, networks, volumes, images] = await this.#list();
    for (const { Id, Name } of networks)
      if (Name.includes(mark)) await unlessMissing(this.docker.getNetwork(Id).remove());
    for (const { Name } of volumes)
      if (Name.includes(mark)) await unlessMissing(this.docker.getVolume(Name).remove());
    for (const tag of images)
      if (imageHosts.some((host) => tag.startsWith(`${host}/`)))
        await unlessMissing(this.docker.getImage(tag).remove());
  }

  async #list() {
    const [containers, networks, volumes, images] = await Promise.all([
      this.docker.listContainers({ all: true }),
      this.docker.listNetworks(),
      this.docker.listVolumes(),
      this.docker.listImages(),
    ]);
    return [
      containers,
      networks,
      volumes.Volumes ?? [],
      images.flatMap(({ RepoTags }) => RepoTags ?? []),
    ] as const;
  }
}

export function identityOf({ Id, State }: Container): Identity {
  return { id: Id, startedAt: State.StartedAt };
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return null;
    throw error;
  }
}

function describe(containers: readonly Container[]): string {
  const lines = containers.map(({ Name, Config, State }) => `${Name} ${Config.Image} ${State.Status}`);
  return lines.length === 0 ? 'no container' : lines.join('; ');
}
