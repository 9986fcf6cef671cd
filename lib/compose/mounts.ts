// A service's `volumes`: Compose's short form `NAME:/path[:ro]` or `/host:/path[:ro]`, or the long form.
// Tested in test/lib/compose/meaning.test.ts.
import { posix } from 'node:path';
import type { Conversion, Convert, Field } from './conversion.ts';
import { boolean, flatListOf, octal, scalarText, shape, text } from './converters.ts';
import { type Json, type JsonObject, objectOf } from './json.ts';
import { ignored, only } from './passing.ts';
import { isOfFolder, ofFolder } from './relative-binds.ts';

const SELINUX =
  'the engine takes no SELinux label here; where SELinux is on, label the directory on the device';

const OURS = 'x-holdfast';

const longMount = shape(
  {
    type: text,
    source: text,
    target: text,
    read_only: boolean,
    bind: shape({
      propagation: text,
      create_host_path: boolean,
      recursive: only(['enabled'], 'what is mounted below the source is mounted too'),
      selinux: ignored(SELINUX),
    }),
    volume: shape({
      nocopy: boolean,
      subpath: text,
      labels: ignored('the agent labels the volumes it makes'),
    }),
    tmpfs: shape({ size: text, mode: octal }),
    [OURS]: shape({ owner: text, mode: octal }),
    consistency: ignored('it means nothing on Linux'),
  },
  { image: 'images cannot be mounted' },
);

/** A file beside the Compose file is no mount of the document: it travels as a config. */
export const mounts: Convert = flatListOf((field, run) => {
  const isShort = field.node.kind === 'scalar';
  const long = isShort ? shortMount(field, scalarText(field.node), run) : longMount(field, run);
  return long === undefined ? [] : finishMount(field, objectOf(long), run);
});

/** Ours say whose a directory in the deployment's folder is. */
function finishMount(field: Field, { [OURS]: ours, ...long }: JsonObject, run: Conversion): Json[] {
  const faultsBefore = run.faults.length;
  const mounts = placeMount(field, long, run);
  const said = Object.entries(objectOf(ours));
  if (said.length === 0 || run.faults.length > faultsBefore) return mounts;
  const [mount] = mounts.map(objectOf);
  if (mount === undefined || !String(mount.source).startsWith('./')) {
    run.fault({ at: [...field.at, OURS], offset: run.offsetOf([...field.at, OURS]) }, NOT_IN_FOLDER);
    return mounts;
  }
  for (const [key] of said) run.land([...field.at, 'bind', key], [...field.at, OURS, key]);
  return [{ ...mount, bind: { ...objectOf(mount.bind), ...Object.fromEntries(said) } }];
}

const NOT_IN_FOLDER =
  'owner and mode are of a directory that the agent makes in the folder of the deployment, such as "./data"';

function placeMount(field: Field, long: JsonObject, run: Conversion): Json[] {
  const { source, target } = long;
  const mount = typeof target === 'string' ? { ...long, target: cleanTarget(target) } : long;
  if (typeof source !== 'string') return [mount];
  if (isOfFolder(mount, field, run)) return ofFolder(field, { ...mount, source }, run);
  const problem = run.isOfHome(field.offset) ? inHome(source) : checkSource(source);
  if (problem === null) return [mount];
  run.fault(field, problem);
  return [];
}

/** As Compose has it: `/n/` is `/n`. What is not absolute is left to the protocol. */
function cleanTarget(target: string): string {
  return target.startsWith('/') ? posix.resolve(target) : target;
}

const PROPAGATION = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];

function shortMount(field: Field, written: string, run: Conversion): JsonObject | undefined {
  const [source = '', target, options, ...rest] = written.split(':');
  if (target === undefined) {
    return run.fault(
      field,
      `"${written}" has no name, and what has no name is not found again after an update; write "NAME:${written}"`,
    );
  }
  if (rest.length > 0) return run.fault(field, `"${written}" has too many parts; write "NAME:/path:ro"`);
  const isBind = /^[./~]/.test(source);
  const words = options === undefined ? [] : options.split(',');
  for (const word of words) judgeOption(word, field, run);
  const propagation = words.find((word) => isBind && PROPAGATION.includes(word));
  return {
    type: isBind ? 'bind' : 'volume',
    source,
    target,
    ...(words.includes('ro') ? { read_only: true } : {}),
    ...(propagation === undefined ? {} : { bind: { propagation } }),
    ...(words.includes('nocopy') && !isBind ? { volume: { nocopy: true } } : {}),
  };
}

const KNOWN_OPTIONS = ['ro', 'rw', 'nocopy', ...PROPAGATION];

/** Compose passes over what it does not know without a word. */
function judgeOption(word: string, field: Field, run: Conversion): void {
  if (KNOWN_OPTIONS.includes(word)) return;
  const why = /^[zZ]$/.test(word) ? SELINUX : `Holdfast knows ${KNOWN_OPTIONS.join(', ')}`;
  run.note(field, `the mount option "${word}" is ignored: ${why}`);
}

/** A device has no home of whoever deploys. */
function checkSource(source: string): string | null {
  if (source.startsWith('~')) return inHome(source);
  return source.includes('/') && !source.startsWith('/')
    ? `"${source}" is neither a volume's name nor an absolute path`
    : null;
}

function inHome(source: string): string {
  return `"${source}" is in the home of who runs holdfastctl; use an absolute path that is on the device`;
}
