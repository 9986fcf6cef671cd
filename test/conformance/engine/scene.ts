// What the behaviours of an engine are played on: the agent's port, and hands that do what others do on a device.

import type { Engine } from '../../../agent/ports/engine.ts';
import type { Folders } from '../../../agent/ports/folders.ts';
import type { ServiceFiles } from '../../../agent/ports/service-files.ts';
import type { Clock } from '../../../lib/time/clock.ts';

/** What runs in a container. Each ends on SIGTERM with 143 unless it says so, and those that do write `started`. */
export type Program =
  | { readonly kind: 'runs' }
  | { readonly kind: 'stops_with'; readonly code: number }
  | { readonly kind: 'ignores_sigterm' }
  | { readonly kind: 'exits'; readonly afterMs: number; readonly code: number }
  /** Makes `HEALTHY_FILE`, and takes it away again where `untilMs` is a number. */
  | { readonly kind: 'answers'; readonly fromMs: number; readonly untilMs: number | null }
  /** Takes memory until it is killed for it. */
  | { readonly kind: 'leaks' }
  /** Writes the lines `1`, `2` and so on, and runs on. */
  | { readonly kind: 'prints'; readonly lines: number };

export const HEALTHY_FILE = '/tmp/healthy';

/** The part of a service that makes it run a program, on an image that the engine has. */
export type ProgramService = {
  readonly image: string;
  readonly command?: readonly string[];
};

/** What is done past the agent. */
export interface Hands {
  /** `docker kill`. */
  kill(container: string): Promise<void>;
  pause(container: string): Promise<void>;
  /** `docker rm --force`. */
  remove(container: string): Promise<void>;
  /** Somebody else makes a network or volume of the name that the engine has for the deployment's own. */
  takeName(kind: 'network' | 'volume', name: string): Promise<void>;
  /** A host port that another program listens on. */
  takePort(): Promise<{ readonly port: number; free(): Promise<void> }>;
  /** A host port that nobody has. */
  freePort(): Promise<number>;
  /** Offers an image for this device in a registry; the engine does not have it yet. */
  push(sizeBytes: number): Promise<{ readonly reference: string; readonly digest: string }>;
  /** The same registry's reference to an image that is for other devices only. */
  pushForeign(): Promise<string>;
}

export interface EngineScene {
  readonly engine: Engine;
  /** What of the host its containers find mounted. */
  readonly files: ServiceFiles;
  readonly folders: Folders;
  readonly clock: Clock;
  /** A name that nobody else uses. */
  readonly deployment: string;
  /** As image indexes name it. */
  readonly architecture: string;
  readonly hands: Hands;
  service(program: Program): ProgramService;
  close(): Promise<void>;
}

export interface RestartableScene extends EngineScene {
  /** It ends in order, and its containers with it. */
  stopEngine(): Promise<void>;
  /** The machine loses its power: neither engine nor containers get to say anything. */
  cutPower(): Promise<void>;
  /** It comes up, and answers when this resolves. */
  startEngine(): Promise<void>;
}

/** Opens a scene that nothing has happened in. */
export type OpenScene<Scene> = () => Promise<Scene>;
