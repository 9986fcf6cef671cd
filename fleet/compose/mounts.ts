// A service's `volumes`: Compose's short form `NAME:/path[:ro]` or `/host:/path[:ro]`, or the long form.
import type { Conversion, Convert, Field, Json } from './conversion.ts';
import { boolean, listOf, scalarText, shape, text } from './converters.ts';

const longMount = shape(
  { type: text, source: text, target: text, read_only: boolean },
  {
    bind: 'leave it out; a bind mount needs a directory that is there',
    volume: 'leave it out',
    tmpfs: 'leave it out; the size of a tmpfs mount cannot be set',
    consistency: 'leave it out',
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

function shortMount(field: Field, written: string, run: Conversion): Json | undefined {
  const [source = '', target, options, ...rest] = written.split(':');
  if (target === undefined) {
    return run.fault(
      field,
      `"${written}" has no name, and what has no name is not found again after an update; write "NAME:${written}"`,
    );
  }
  if (rest.length > 0) return run.fault(field, `"${written}" has too many parts; write "NAME:/path:ro"`);
  const problem = checkSource(source) ?? checkOptions(options);
  if (problem !== null) return run.fault(field, problem);
  return {
    type: source.startsWith('/') ? 'bind' : 'volume',
    source,
    target,
    ...(options === 'ro' ? { read_only: true } : {}),
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

function checkOptions(options: string | undefined): string | null {
  if (options === undefined || options === 'ro' || options === 'rw') return null;
  return `the mount option "${options}" is not carried out by Holdfast; it knows "ro" and "rw"`;
}
