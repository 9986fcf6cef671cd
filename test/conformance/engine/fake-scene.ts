// The scene on the fake engine: virtual time runs on by itself, as fast as it can.
import { Daemon } from '../../fakes/engine/daemon.ts';
import { programs, type Program as Scripted } from '../../fakes/engine/programs.ts';
import { MemoryEngine } from '../../fakes/memory-engine.ts';
import { MemoryFolders } from '../../fakes/memory-folders.ts';
import { NO_FILES } from '../../fakes/no-files.ts';
import { fork } from '../../fakes/random.ts';
import { freeRunning } from '../free-running.ts';
import type { Hands, Program, RestartableScene } from './scene.ts';

const DEPLOYMENT = 'line';
const ARCHITECTURE = 'amd64';

export async function openFakeEngine(): Promise<RestartableScene> {
  const { clock, stop } = freeRunning();
  const daemon = new Daemon({ clock, random: fork(1, 'engine') });
  let images = 0;
  return {
    engine: new MemoryEngine(daemon),
    files: NO_FILES,
    folders: new MemoryFolders(),
    clock,
    deployment: DEPLOYMENT,
    architecture: ARCHITECTURE,
    hands: fakeHands(daemon),
    service: (program) => {
      images += 1;
      const image = `registry.test/program-${images}:1`;
      daemon.images.load(image, ARCHITECTURE);
      daemon.programs.set(image, scripted(program));
      return { image };
    },
    stopEngine: async () => daemon.end({ isLiveRestore: false }),
    cutPower: async () => daemon.losePower(),
    startEngine: async () => daemon.begin(),
    close: stop,
  };
}

function scripted(program: Program): Scripted {
  switch (program.kind) {
    case 'runs':
      return programs.healthy;
    case 'stops_with':
      return (context) => ({ ...programs.healthy(context), stopCode: program.code });
    case 'ignores_sigterm':
      return programs.ignoresSigterm;
    case 'exits':
      return programs.exitsAfter(program.afterMs, program.code);
    case 'answers':
      return (context) => ({
        ...programs.slowToStart(program.fromMs)(context),
        hangsFromMs: program.untilMs ?? Number.POSITIVE_INFINITY,
      });
    case 'leaks':
      return programs.leaks(50e6);
    case 'prints':
      return (context) => ({
        ...programs.healthy(context),
        lines: Array.from({ length: program.lines }, (_, index) => String(index + 1)),
      });
  }
}

function fakeHands(daemon: Daemon): Hands {
  let ports = 20_000;
  let pushed = 0;
  const nextPort = (): number => {
    ports += 1;
    return ports;
  };
  const nextReference = (): string => {
    pushed += 1;
    return `registry.test/offered-${pushed}:1`;
  };
  return {
    kill: async (container) => daemon.containers.get(container)?.kill(),
    pause: async (container) => daemon.containers.get(container)?.pause(),
    remove: async (container) => daemon.remove(container),
    takeName: async (kind, name) => void daemon.foreignNames.add(`${kind} ${DEPLOYMENT}/${name}`),
    takePort: async () => {
      const port = nextPort();
      daemon.foreignPorts.add(`${port}/tcp`);
      return { port, free: async () => void daemon.foreignPorts.delete(`${port}/tcp`) };
    },
    freePort: async () => nextPort(),
    push: async (sizeBytes) => {
      const reference = nextReference();
      const { digest } = daemon.registry.push(reference, { sizeBytes });
      return { reference, digest };
    },
    pushForeign: async () => {
      const reference = nextReference();
      daemon.registry.push(reference, { architectures: ['s390x'] });
      return reference;
    },
  };
}
