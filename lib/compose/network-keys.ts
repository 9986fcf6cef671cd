// Keys of how a service is connected that have short forms: `expose`, `extra_hosts`.
// Tested in test/lib/compose/meaning.test.ts.
import type { Convert } from './conversion.ts';
import { describe, flatListOf, isEmpty, scalarText } from './converters.ts';

const MAX_RANGE = 256;

/** `8080`, `"53/udp"` and ranges such as `"3000-3005"`. */
export const expose = flatListOf((field, run) => {
  const written = field.node.kind === 'scalar' ? scalarText(field.node).toLowerCase() : '';
  const [, from = '', to = from, protocol = ''] = /^(\d+)(?:-(\d+))?(\/[a-z]+)?$/.exec(written) ?? [];
  const count = Number(to) - Number(from) + 1;
  if (from === '') run.fault(field, `${describe(field.node)} is no port; write "8080" or "53/udp"`);
  else if (count < 1 || count > MAX_RANGE)
    run.fault(field, `"${written}" is no range of 1 to ${MAX_RANGE} ports`);
  else return Array.from({ length: count }, (_, step) => `${Number(from) + step}${protocol}`);
  return [];
});

/** A map of names to one or several addresses, or a list of `name=address`, also with `:` as of old. */
export const extraHosts: Convert = (field, run) => {
  const { node } = field;
  if (isEmpty(node)) return undefined;
  if (node.kind === 'scalar') return run.fault(field, `expected a map or a list, got ${describe(node)}`);
  const hosts = new Map<string, string[]>();
  const add = (name: string, written: string, offset: number): void => {
    run.place([...field.at, name], offset);
    // An IPv6 address may stand in brackets.
    hosts.set(name, [...(hosts.get(name) ?? []), written.replace(/^\[(.*)\]$/, '$1')]);
  };
  if (node.kind === 'map') {
    for (const { key, value } of node.entries) {
      const items = value.kind === 'list' ? value.items : [value];
      for (const item of items) {
        if (item.kind === 'scalar' && item.value !== null) add(key, scalarText(item), item.offset);
        else
          run.fault(
            { at: [...field.at, key], offset: item.offset },
            `expected an address, got ${describe(item)}`,
          );
      }
    }
  } else {
    for (const item of node.items) {
      const [, name = '', address = ''] =
        /^([^=:]+)[=:](.+)$/.exec(item.kind === 'scalar' ? scalarText(item) : '') ?? [];
      if (name !== '') add(name, address, item.offset);
      else run.fault({ at: field.at, offset: item.offset }, `expected "name=address", got ${describe(item)}`);
    }
  }
  return Object.fromEntries(hosts);
};
