// What is left to do once all keys of a service have their long form: keys that have another place in the document,
// or are for `holdfastctl` alone.
// Tested in test/lib/compose/read-compose.test.ts.
import { nameByAlias } from './aliases.ts';
import type { Conversion, Field } from './conversion.ts';
import { type JsonObject, objectOf } from './json.ts';
import { joinResources } from './resources.ts';
import { joinRestart } from './restart.ts';

type Finish = (field: Field, service: JsonObject, run: Conversion) => JsonObject;

const STEPS: readonly Finish[] = [
  takeImage,
  dropHostPorts,
  joinEnvironment,
  joinCarriedFiles,
  joinResources,
  joinRestart,
  orderNetworks,
  nameByAlias,
  joinDependencies,
];

/** The service as it crosses the wire, but for what concerns others: see `finish-services.ts`. */
export function finishService(field: Field, long: JsonObject, run: Conversion): JsonObject {
  return STEPS.reduce((service, finish) => finish(field, service, run), long);
}

const PULLED = 'devices pull images';

/** Devices build nothing: what is built was pushed before. */
function takeImage(field: Field, { build, ...service }: JsonObject, run: Conversion): JsonObject {
  if (build === undefined) return service;
  const at = [...field.at, 'build'];
  const place = { at, offset: run.offsetOf(at) };
  if (service.image !== undefined) run.note(place, `"build" is ignored: ${PULLED}; build and push it before`);
  else {
    run.fault(
      place,
      `"build" is not carried out by Holdfast: ${PULLED}; build and push it, and name it in image`,
    );
    run.excuse([...field.at, 'image']);
  }
  return service;
}

/** On the device's own network there is nothing to publish; the engine passes over it too. */
function dropHostPorts(field: Field, service: JsonObject, run: Conversion): JsonObject {
  if (service.network_mode !== 'host') return service;
  const { ports, expose, ...rest } = service;
  for (const [key, value] of Object.entries({ ports, expose })) {
    const at = [...field.at, key];
    if (value !== undefined)
      run.note(
        { at, offset: run.offsetOf(at) },
        `"${key}" is ignored: with network_mode "host" all ports are the device's`,
      );
  }
  return rest;
}

function joinEnvironment(_field: Field, { env_file: fromFiles, ...service }: JsonObject): JsonObject {
  if (fromFiles === undefined) return service;
  return { ...service, environment: { ...objectOf(fromFiles), ...objectOf(service.environment) } };
}

/** Files that come in the place of binds stand behind the service's own configs. */
function joinCarriedFiles(field: Field, service: JsonObject, run: Conversion): JsonObject {
  const mine = run.carried.of(String(field.at[1]));
  if (mine.length === 0) return service;
  const configs = Array.isArray(service.configs) ? service.configs : [];
  const more = mine.map((file, index) => {
    run.land([...field.at, 'configs', configs.length + index], file.at);
    return { source: run.carried.nameOf(file), target: file.target, mode: file.mode };
  });
  return { ...service, configs: [...configs, ...more] };
}

/** The first is the container's `eth0`, and Compose, with all of one priority, takes the first by the alphabet. */
function orderNetworks(_field: Field, { networks, ...service }: JsonObject): JsonObject {
  if (networks === undefined) return service;
  const ordered = Object.entries(objectOf(networks)).sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...service, networks: Object.fromEntries(ordered) };
}

/** As in Compose: who lives in the namespace of another depends on it, whether it says so or not. */
function joinDependencies(field: Field, service: JsonObject, run: Conversion): JsonObject {
  const dependsOn = objectOf(service.depends_on);
  const implied: JsonObject = {};
  for (const key of ['network_mode', 'ipc', 'pid']) {
    const mode = service[key];
    if (typeof mode !== 'string' || !mode.startsWith('service:')) continue;
    const name = mode.slice('service:'.length);
    if (Object.hasOwn(dependsOn, name)) continue;
    implied[name] = { condition: 'service_started' };
    run.land([...field.at, 'depends_on', name], [...field.at, key]);
  }
  return Object.keys(implied).length === 0
    ? service
    : { ...service, depends_on: { ...dependsOn, ...implied } };
}
