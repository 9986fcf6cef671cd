// Whether a container gets the engine's own init process. An image that brings one, such as all that are built on
// s6-overlay, ends at once where another is PID 1: so what says nothing has the engine's only where the image has none.
import type Docker from 'dockerode';
import type { DesiredProcess } from '../model/desired-service.ts';
import type { InitProcess } from '../model/observed.ts';
import type { ImageProcess } from '../ports/engine.ts';

/** Programs that forward signals and reap children, by the last part of their path. Sources: their own pages. */
const INITS: ReadonlySet<string> = new Set([
  // s6-overlay's `/init`, which some images call otherwise, and what it becomes.
  ...['init', 's6-init', 's6-overlay-suexec', 's6-svscan'],
  ...['tini', 'tini-static', 'docker-init', 'dumb-init', 'catatonit', 'my_init'],
  ...['systemd', 'openrc-init', 'runit', 'runit-init', 'runsvdir'],
]);

/** Of a service, what decides. */
type InitWish = Pick<DesiredProcess, 'init' | 'entrypoint' | 'command'>;

/** What is to be PID 1: as the service says, else the engine's init process where nothing else would be one. */
export function initFor(service: InitWish, image: ImageProcess): InitProcess {
  if (service.init === true) return 'engine';
  if (isInit(firstWord(service, image))) return 'image';
  return service.init === false ? 'none' : 'engine';
}

/** What is PID 1 of a container that was made; in the processes of another it is none. */
export function initOf({
  HostConfig: { Init, PidMode = '' },
  Path,
}: Pick<Docker.ContainerInspectInfo, 'HostConfig' | 'Path'>): InitProcess {
  if (PidMode !== '' && PidMode !== 'private') return 'none';
  if (Init === true) return 'engine';
  return isInit(Path) ? 'image' : 'none';
}

/** As the engine puts it together: an entry point of the service's own leaves nothing of the image's, an empty command all. */
function firstWord({ entrypoint, command }: InitWish, image: ImageProcess): string {
  const entry = entrypoint ?? wordsOf(image.Entrypoint);
  const words = command === null || command.length === 0 ? wordsOf(image.Cmd) : command;
  const [first = ''] = [...entry, ...words];
  return first;
}

/** Podman and old images have one text where there is one word. */
function wordsOf(words: readonly string[] | string | null | undefined): readonly string[] {
  return typeof words === 'string' ? [words] : (words ?? []);
}

/** A shell that becomes an init later is not looked through. */
function isInit(program: string): boolean {
  return INITS.has(program.split('/').at(-1) ?? '');
}
