// `devices` and accelerators: the short `/dev/x[:/dev/y[:rwm]]`, a name of CDI, `gpus: all`, or the long forms.
// Tested in test/lib/compose/service-forms.test.ts.
import type { Convert } from './conversion.ts';
import { describe, listOf, number, scalarText, shape, text } from './converters.ts';
import { labels as options } from './text-map.ts';

const longDevice = shape({ source: text, target: text, permissions: text });

const device: Convert = (field, run) => {
  if (field.node.kind !== 'scalar') return longDevice(field, run);
  const written = scalarText(field.node);
  if (!written.startsWith('/')) return { source: written };
  const [source = '', ...more] = written.split(':');
  const [first, second] = more;
  if (more.length > 2) return run.fault(field, `"${written}" has too many parts; write "/dev/x:/dev/y:rwm"`);
  // As the engine's own command has it: of two parts the second may be either.
  const isPermissions = more.length === 1 && first !== undefined && !first.startsWith('/');
  if (isPermissions) return { source, permissions: first };
  return {
    source,
    ...(first === undefined ? {} : { target: first }),
    ...(second === undefined ? {} : { permissions: second }),
  };
};

export const devices: Convert = listOf(device);

/** `all`, or how many. */
const count: Convert = (field, run) => {
  const isAll = field.node.kind === 'scalar' && (field.node.value === 'all' || field.node.value === -1);
  return isAll ? 'all' : number(field, run);
};

const request = shape({ driver: text, count, device_ids: listOf(text), capabilities: listOf(text), options });

export const deviceRequests: Convert = listOf(request);

export const gpus: Convert = (field, run) => {
  const { node } = field;
  if (node.kind !== 'scalar' || node.value === null) return deviceRequests(field, run);
  return node.value === 'all'
    ? [{ count: 'all' }]
    : run.fault(field, `expected "all" or a list, got ${describe(node)}`);
};
