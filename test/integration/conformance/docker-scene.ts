// The scene on a real Docker Engine.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { DockerEngine } from '../../../agent/docker/docker-engine.ts';
import { HostFolders } from '../../../agent/host/host-folders.ts';
import { HostServiceFiles } from '../../../agent/host/host-service-files.ts';
import { ServiceDirectories } from '../../../agent/host/service-directories.ts';
import { systemClock } from '../../../lib/time/system-clock.ts';
import { buildImage } from '../../../scripts/rig/images.ts';
import type { ThrowawayRegistry } from '../../../scripts/rig/registry.ts';
import { type EngineScene, type Hands, HEALTHY_FILE, type Program } from '../../conformance/engine/scene.ts';
import { silent } from '../../fakes/silent-logger.ts';
import type { TestEngine } from '../support/test-engine.ts';
import type { World } from '../support/world.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const ARCHITECTURE = ARCHITECTURES[process.arch] ?? process.arch;

/** What the scenes of one file share. */
export interface Ground {
  readonly world: World;
  /** An image with Python and a shell that the engine has. */
  readonly image: string;
  /** `null` where no behaviour pulls. */
  readonly registry: ThrowawayRegistry | null;
}

export function dockerEngine(world: World): DockerEngine {
  return new DockerEngine({
    socketPath: world.engine.socketPath,
    credentialsFor: () => null,
    readLimits: () => null,
  });
}

function hostEdges(world: World): Pick<EngineScene, 'files' | 'folders'> {
  const directories = new ServiceDirectories({ dataDir: world.dir, runtimeDir: world.dir });
  return { files: new HostServiceFiles(directories, silent), folders: new HostFolders(directories) };
}

/** Fails where the image cannot be had. */
export async function fetchImage(engine: DockerEngine, image: string): Promise<void> {
  const { signal } = new AbortController();
  const options = { architecture: ARCHITECTURE, platform: null, onProgress: () => undefined, signal };
  const outcome = await engine.pullImage(image, options);
  if (!outcome.ok) throw new Error(`${image}: ${outcome.message}`);
}

let scenes = 0;

export async function openDocker(ground: Ground): Promise<EngineScene> {
  const { world, image } = ground;
  scenes += 1;
  const deployment = world.name(`s${scenes}`);
  return {
    engine: dockerEngine(world),
    ...hostEdges(world),
    clock: systemClock,
    deployment,
    architecture: ARCHITECTURE,
    hands: dockerHands(ground, deployment),
    service: (program) => ({ image, command: commandOf(program) }),
    close: () => clear(world.engine, deployment),
  };
}

/** The containers alone: what else there is goes with the world. */
async function clear(engine: TestEngine, deployment: string): Promise<void> {
  for (const { Id } of await engine.containersOf(deployment))
    await engine.docker.getContainer(Id).remove({ force: true, v: true });
}

function commandOf(program: Program): string[] {
  const shell = (script: string): string[] => ['sh', '-c', script];
  switch (program.kind) {
    case 'runs':
      return ['sleep', '600'];
    case 'stops_with':
      return ['python3', '-c', handlerOf(program.code)];
    case 'ignores_sigterm':
      return shell(`trap '' TERM; echo started; sleep 600`);
    case 'exits':
      return shell(`sleep ${program.afterMs / 1000}; exit ${program.code}`);
    case 'answers': {
      const end =
        program.untilMs === null ? '' : `sleep ${(program.untilMs - program.fromMs) / 1000}; rm $f;`;
      return shell(
        `f=${HEALTHY_FILE}; rm -f $f; sleep ${program.fromMs / 1000}; touch $f; ${end} exec sleep 600`,
      );
    }
    case 'leaks':
      return ['python3', '-c', 'kept = []\nwhile True: kept.append(bytearray(1 << 20))'];
    case 'prints':
      return shell(`for line in ${numbers(program.lines)}; do echo $line; done; exec sleep 600`);
  }
}

function handlerOf(code: number): string {
  const lines = [
    'import signal, sys',
    `signal.signal(signal.SIGTERM, lambda *_: sys.exit(${code}))`,
    `print('started', flush=True)`,
    'while True: signal.pause()',
  ];
  return lines.join('\n');
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => index + 1).join(' ');
}

function dockerHands({ world, registry }: Ground, deployment: string): Hands {
  const { docker } = world.engine;
  const pushTo = (name: string, platform: string, sizeBytes: number) => {
    if (registry === null) throw new Error('this scene has no registry');
    const files = { blob: randomBytes(sizeBytes) };
    const recipe = { name: `${deployment}-${name}`, tag: '1', files, cmd: ['sleep', '600'] };
    return buildImage({ ...recipe, platforms: [platform] }, { registryHost: registry.host });
  };
  return {
    kill: (container) => docker.getContainer(container).kill(),
    pause: (container) => docker.getContainer(container).pause(),
    remove: (container) => docker.getContainer(container).remove({ force: true, v: true }),
    takeName: async (kind, name) => {
      const Name = `holdfast_${deployment}_${name}`;
      await (kind === 'network' ? docker.createNetwork({ Name }) : docker.createVolume({ Name }));
    },
    takePort: async () => {
      const port = await world.port();
      const server = createServer().listen(port, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      return { port, free: () => new Promise((resolve) => server.close(() => resolve())) };
    },
    freePort: () => world.port(),
    push: (sizeBytes) => pushTo('own', `linux/${ARCHITECTURE}`, sizeBytes),
    pushForeign: async () => (await pushTo('foreign', 'linux/s390x', 1000)).reference,
  };
}
