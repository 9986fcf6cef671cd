// What a container gets so that a Python in it can tell why it died or hangs: see
// docs/decisions/0017-dump-of-a-hanging-python.md. In no hash: what runs stays, and gets it when it is made anew.
import type Docker from 'dockerode';
import type { ImageProcess } from '../ports/engine.ts';

/** Unless the image or the service says otherwise: tracebacks of CPython's own faults, and no output that waits. */
const DEFAULTS = { PYTHONFAULTHANDLER: '1', PYTHONUNBUFFERED: '1' };
const SWITCH = 'PYTHONFAULTHANDLER';
const OFF: ReadonlySet<string> = new Set(['', '0']);
/** Where the hook is in a container: at the root, where nothing of the service's own is mounted. */
const HOOK = '/holdfast-python';
const PATH = 'PYTHONPATH';

/**
 * The create call with them. `hook` is the host's directory with the start-up hook; where it is missing the engine makes an
 * empty one, and the container starts all the same.
 */
export function withPythonDefaults(
  options: Docker.ContainerCreateOptions,
  image: ImageProcess,
  hook: string | null,
): Docker.ContainerCreateOptions {
  const { Env = [], HostConfig = {} } = options;
  const known = new Map([...(image.Env ?? []), ...Env].map(readVariable));
  const defaults = Object.entries(DEFAULTS).filter(([name]) => !known.has(name));
  const added = defaults.map(([name, value]) => `${name}=${value}`);
  const isOff = OFF.has(known.get(SWITCH) ?? DEFAULTS[SWITCH]);
  if (hook === null || isOff || isTaken(HostConfig)) return { ...options, Env: [...Env, ...added] };
  const path = [known.get(PATH) ?? '', HOOK].filter((part) => part !== '').join(':');
  return {
    ...options,
    Env: [...Env.filter((line) => readVariable(line)[0] !== PATH), ...added, `${PATH}=${path}`],
    HostConfig: { ...HostConfig, Binds: [...(HostConfig.Binds ?? []), `${hook}:${HOOK}:ro`] },
  };
}

function readVariable(line: string): [string, string] {
  const [name = ''] = line.split('=', 1);
  return [name, line.slice(name.length + 1)];
}

/** The engine refuses two mounts at one place. */
function isTaken({ Mounts = [], Binds = [], Tmpfs = {} }: Docker.HostConfig): boolean {
  const targets = [
    ...Mounts.map(({ Target }) => Target),
    ...Binds.map((line) => line.split(':')[1] ?? ''),
    ...Object.keys(Tmpfs),
  ];
  return targets.some((target) => target.replace(/\/+$/, '') === HOOK);
}
