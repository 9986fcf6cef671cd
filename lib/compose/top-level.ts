// The top of a Compose file: services, volumes, networks, and what is ours under `x-holdfast`.
// Tested in test/lib/compose/read-compose.test.ts.

import { type Conversion, type Convert, entryField, type Field } from './conversion.ts';
import { boolean, describe, isEmpty, listOf, mapOf, number, OURS, shape, text } from './converters.ts';
import { fileContents, keepUsedFiles } from './file-keys.ts';
import { finishService } from './finish-service.ts';
import { finishServices } from './finish-services.ts';
import { type Json, objectOf } from './json.ts';
import { network, volume } from './networks-and-volumes.ts';
import { findEntry, hoist } from './ours.ts';
import { ignored } from './passing.ts';
import { REFUSED_SERVICE_KEYS } from './refused-service-keys.ts';
import { probe, SERVICE_KEYS } from './service-keys.ts';
import { placeVolumes } from './volume-options.ts';
import type { Yaml } from './yaml-tree.ts';

/** A service; the keys of its `x-holdfast` stand beside Compose's in the document. */
const service: Convert = (field, run) => {
  if (isEmpty(field.node)) return {};
  if (!isWanted(field, run)) {
    run.leaveOut(String(field.at.at(-1)));
    return undefined;
  }
  const long = shape({ ...SERVICE_KEYS, [OURS]: () => undefined }, REFUSED_SERVICE_KEYS)(field, run);
  const extra = hoist(field, { probe }, run);
  if (typeof long !== 'object' || long === null || Array.isArray(long)) return long;
  return finishService(field, { ...long, ...extra }, run);
};

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

/** Where the project's folder is on the device: relative binds lie below it. */
const folderOnDevice: Convert = (field, run) => {
  const path = text(field, run);
  if (typeof path !== 'string') return undefined;
  // Also where it is wrong, so that what is bound below it is not told as well.
  run.folder = path;
  if (!/^\/[^:\0]*$/.test(path))
    run.fault(
      field,
      `"${path}" is no absolute path; write where the folder is on the device, such as "/srv/app"`,
    );
  return undefined;
};

const topLevel = shape(
  {
    name: text,
    version: ignored('it is obsolete, as Compose has it'),
    services: mapOf(service),
    volumes: mapOf(volume),
    networks: mapOf(network),
    configs: fileContents,
    secrets: fileContents,
    [OURS]: () => undefined,
  },
  {
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
  const declared = findEntry(root, 'configs')?.value;
  if (declared?.kind === 'map') run.carried.reserve(declared.entries.map(({ key }) => key));
  const ours = hoist(field, { update, rollout, folder: folderOnDevice }, run);
  const converted = topLevel(field, run);
  run.endReading();
  const isObject = typeof converted === 'object' && converted !== null && !Array.isArray(converted);
  if (!isObject) return null;
  const services = converted.services === undefined ? {} : { services: finishAll(converted.services, run) };
  const carried = run.carried.contents();
  const configs =
    Object.keys(carried).length === 0 ? {} : { configs: { ...objectOf(converted.configs), ...carried } };
  return keepUsedFiles(placeVolumes({ ...converted, ...services, ...configs, ...ours }, run), run);
}

function finishAll(services: Json, run: Conversion): Json {
  const isObject = typeof services === 'object' && services !== null && !Array.isArray(services);
  return isObject ? finishServices(services, run) : services;
}

/** As in Compose: a service with no profile is always wanted, and `*` stands for every profile. */
function isWanted({ node, at }: Field, run: Conversion): boolean {
  const entry = findEntry(node, 'profiles');
  if (entry === undefined) return true;
  const profiles = listOf(text)(entryField(entry, [...at, 'profiles']), run);
  if (!Array.isArray(profiles) || profiles.length === 0) return true;
  return run.profiles.has('*') || profiles.some((name) => run.profiles.has(String(name)));
}
