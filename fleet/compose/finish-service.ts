// What is left to do once all keys of a service have their long form: keys that are for `holdfastctl` alone.
import { type Conversion, type Field, type Json, type JsonObject, objectOf } from './conversion.ts';

/** The service as it crosses the wire, or `undefined` when none of its profiles was asked for. */
export function finishService(field: Field, long: JsonObject, run: Conversion): Json | undefined {
  const { env_file: fromFiles, profiles, ...service } = long;
  if (!isWanted(profiles, run)) {
    run.leaveOut(String(field.at.at(-1)));
    return undefined;
  }
  const environment =
    fromFiles === undefined ? undefined : { ...objectOf(fromFiles), ...objectOf(service.environment) };
  return {
    ...service,
    ...(environment === undefined ? {} : { environment }),
    ...dependenciesOf(field, service, run),
  };
}

/** As in Compose: a service with no profile is always wanted, and `*` stands for every profile. */
function isWanted(profiles: Json | undefined, run: Conversion): boolean {
  if (!Array.isArray(profiles) || profiles.length === 0) return true;
  return run.profiles.has('*') || profiles.some((name) => run.profiles.has(String(name)));
}

/** As in Compose: who lives in the namespace of another depends on it, whether it says so or not. */
function dependenciesOf(field: Field, service: JsonObject, run: Conversion): JsonObject {
  const dependsOn = objectOf(service.depends_on);
  const implied: JsonObject = {};
  for (const key of ['network_mode', 'ipc', 'pid']) {
    const mode = service[key];
    if (typeof mode !== 'string' || !mode.startsWith('service:')) continue;
    const name = mode.slice('service:'.length);
    if (Object.hasOwn(dependsOn, name)) continue;
    implied[name] = { condition: 'service_started' };
    run.place([...field.at, 'depends_on', name], run.offsetOf([...field.at, key]));
  }
  return Object.keys(implied).length === 0 ? {} : { depends_on: { ...dependsOn, ...implied } };
}
