// The top of a Compose file: services, volumes, networks, and what is ours under `x-holdfast`.
import {
  type Conversion,
  type Convert,
  convertField,
  entryField,
  type Field,
  type Json,
} from './conversion.ts';
import { boolean, describe, isEmpty, mapOf, number, shape, text } from './converters.ts';
import { fileContents, keepUsedFiles } from './file-keys.ts';
import { finishService } from './finish-service.ts';
import { REFUSED_SERVICE_KEYS } from './refused-service-keys.ts';
import { probe, SERVICE_KEYS } from './service-keys.ts';
import type { Yaml, YamlEntry } from './yaml-tree.ts';

const OURS = 'x-holdfast';

/** A service; the keys of its `x-holdfast` stand beside Compose's in the document. */
const service: Convert = (field, run) => {
  if (isEmpty(field.node)) return {};
  const long = shape({ ...SERVICE_KEYS, [OURS]: () => undefined }, REFUSED_SERVICE_KEYS)(field, run);
  const extra = hoist(field, { probe }, run);
  if (typeof long !== 'object' || long === null || Array.isArray(long)) return long;
  return finishService(field, { ...long, ...extra }, run);
};

const volume = shape(
  {},
  {
    external: 'the agent makes the volumes of a deployment',
    driver: 'volumes are on the device itself',
    driver_opts: 'volumes are on the device itself',
    name: 'the agent names volumes by deployment',
    labels: 'the agent labels what it makes',
  },
);

const network = shape(
  { internal: boolean },
  {
    external: 'the agent makes the networks of a deployment',
    driver: 'networks are bridges on the device itself',
    driver_opts: 'networks are bridges on the device itself',
    name: 'the agent names networks by deployment',
    ipam: 'addresses are given by the engine',
    attachable: 'it is for the networks of a cluster',
    enable_ipv4: 'the engine gives IPv4 addresses',
    enable_ipv6: 'the engine gives IPv4 addresses',
    labels: 'the agent labels what it makes',
  },
);

const window = shape({ cron: text, zone: text, length: text });
const update = shape({
  strategy: text,
  healthy_after: text,
  deadline: text,
  on_failure: text,
  window,
  hold: boolean,
});
const rollout = shape({ percent: number, salt: text });

const noteVersion: Convert = (field, run) => {
  run.note(field, '"version" is obsolete and ignored, as Compose does');
  return undefined;
};

const topLevel = shape(
  {
    name: text,
    version: noteVersion,
    services: mapOf(service),
    volumes: mapOf(volume),
    networks: mapOf(network),
    configs: fileContents,
    secrets: fileContents,
    [OURS]: () => undefined,
  },
  {
    include: 'write one file',
    models: 'run the model as a service',
  },
);

/** What a Compose file says of a deployment: all of the document but its head. */
export function convertTopLevel(root: Yaml, run: Conversion): { readonly [key: string]: Json } | null {
  const field: Field = { node: root, at: [], offset: root.offset };
  if (root.kind !== 'map') {
    run.fault(field, `expected a Compose file with "services", got ${describe(root)}`);
    return null;
  }
  const converted = topLevel(field, run);
  const ours = hoist(field, { update, rollout }, run);
  const isObject = typeof converted === 'object' && converted !== null && !Array.isArray(converted);
  return isObject ? keepUsedFiles({ ...converted, ...ours }, run) : null;
}

/** Converts the keys of `x-holdfast` as if they stood one level up, where the document has them. */
function hoist(
  field: Field,
  table: Readonly<Record<string, Convert>>,
  run: Conversion,
): { [key: string]: Json } {
  const block = findEntry(field.node, OURS);
  if (block === undefined || isEmpty(block.value)) return {};
  const at = [...field.at, OURS];
  if (block.value.kind !== 'map') {
    run.fault({ at, offset: block.keyOffset }, `expected a map, got ${describe(block.value)}`);
    return {};
  }
  const entries = block.value.entries.map((entry): [string, Json | undefined] => {
    const convert = Object.hasOwn(table, entry.key) ? table[entry.key] : undefined;
    const known = `it may hold ${Object.keys(table).join(' and ')}`;
    if (convert === undefined) {
      run.fault({ at: [...at, entry.key], offset: entry.keyOffset }, `unknown key of ${OURS}; ${known}`);
      return [entry.key, undefined];
    }
    return [entry.key, convertField(entryField(entry, [...field.at, entry.key]), convert, run)];
  });
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function findEntry(node: Yaml, key: string): YamlEntry | undefined {
  return node.kind === 'map' ? node.entries.find((entry) => entry.key === key) : undefined;
}
