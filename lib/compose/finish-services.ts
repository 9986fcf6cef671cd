// What is left to do once all services are known: what one says of another.
// Tested in test/lib/compose/read-compose.test.ts.
import { joinLinks } from './aliases.ts';
import type { Conversion } from './conversion.ts';
import { type JsonObject, objectOf } from './json.ts';
import { defaultRestarts } from './restart.ts';

/** The services as they cross the wire. */
export function finishServices(services: JsonObject, run: Conversion): JsonObject {
  return defaultRestarts(joinLinks(joinOptional(services, run), run), run);
}

/** `required: false`: a dependency that is not deployed is none. One that is deployed is waited for like any other. */
function joinOptional(services: JsonObject, run: Conversion): JsonObject {
  const joined = Object.entries(services).map(([name, service]): [string, JsonObject] => {
    const { depends_on, ...rest } = objectOf(service);
    if (depends_on === undefined) return [name, rest];
    const kept = Object.entries(objectOf(depends_on)).flatMap(([other, dependency]) => {
      const { required, ...long } = objectOf(dependency);
      const isGone = required === false && !Object.hasOwn(services, other);
      if (required === false && !isGone) {
        const at = ['services', name, 'depends_on', other];
        run.note(
          { at, offset: run.offsetOf(at) },
          'it is deployed, so it is waited for as if it were required',
        );
      }
      return isGone ? [] : [[other, long] as const];
    });
    return [name, { ...rest, depends_on: Object.fromEntries(kept) }];
  });
  return Object.fromEntries(joined);
}
