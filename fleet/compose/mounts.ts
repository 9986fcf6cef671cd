// A service's `volumes`: Compose's short form `NAME:/path[:ro]` or `/host:/path[:ro]`, or the long form.
import type { Conversion, Convert, Field, Json } from './conversion.ts';
import { boolean, listOf, octal, scalarText, shape, text } from './converters.ts';

const longMount = shape(
  {
    type: text,
    source: text,
    target: text,
    read_only: boolean,
    bind: shape(
      { propagation: text, create_host_path: boolean },
      {
        recursive: 'leave it out; what is mounted below the source is mounted too',
        selinux: 'the engine takes no SELinux label here; label the directory on the device',
      },
    ),
    volume: shape({ nocopy: boolean, subpath: text }, { labels: 'the agent labels the volumes it makes' }),
    tmpfs: shape({ size: text, mode: octal }),
  },
  {
    consistency: 'it means nothing on Linux; leave it out',
    image: 'images cannot be mounted',
  },
);

const mount: Convert = (field, run) => {
  if (field.node.kind === 'scalar') return shortMount(field, scalarText(field.node), run);
  const long = longMount(field, run);
  const source = typeof long === 'object' && long !== null && 'source' in long ? long.source : undefined;
  const problem = typeof source === 'string' ? checkSource(source) : null;
  return problem === null ? long : run.fault(field, problem);
};

export const mounts: Convert = listOf(mount);

const PROPAGATION = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave'];

function shortMount(field: Field, written: string, run: Conversion): Json | undefined {
  const [source = '', target, options, ...rest] = written.split(':');
  if (target === undefined) {
    return run.fault(
      field,
      `"${written}" has no name, and what has no name is not found again after an update; write "NAME:${written}"`,
    );
  }
  if (rest.length > 0) return run.fault(field, `"${written}" has too many parts; write "NAME:/path:ro"`);
  const isBind = source.startsWith('/');
  const words = options === undefined ? [] : options.split(',');
  const problem = checkSource(source) ?? checkOptions(words, isBind);
  if (problem !== null) return run.fault(field, problem);
  const propagation = words.find((word) => PROPAGATION.includes(word));
  return {
    type: isBind ? 'bind' : 'volume',
    source,
    target,
    ...(words.includes('ro') ? { read_only: true } : {}),
    ...(propagation === undefined ? {} : { bind: { propagation } }),
    ...(words.includes('nocopy') ? { volume: { nocopy: true } } : {}),
  };
}

/** A device has no project folder and no home, so a path must be whole. */
function checkSource(source: string): string | null {
  if (/^[.~]/.test(source)) {
    return `"${source}" is relative, and a device has no project folder; use a named volume, or an absolute path that is on the device`;
  }
  return source.includes('/') && !source.startsWith('/')
    ? `"${source}" is neither a volume's name nor an absolute path`
    : null;
}

function checkOptions(words: readonly string[], isBind: boolean): string | null {
  const known = ['ro', 'rw', ...(isBind ? PROPAGATION : ['nocopy'])];
  const unknown = words.find((word) => !known.includes(word));
  if (unknown === undefined) return null;
  return `the mount option "${unknown}" is not carried out by Holdfast; it knows ${known.join(', ')}`;
}
