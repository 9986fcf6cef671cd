// Further names of services on their networks: of `container_name` and of `links`.
// Tested in test/lib/compose/meaning.test.ts.
import type { Path } from '../../protocol/deployment/check-report.ts';
import type { Conversion, Field } from './conversion.ts';
import { type Json, type JsonObject, objectOf } from './json.ts';

/**
 * The agent names containers, so that an old and a new one can stand side by side; others find the service by the
 * name that it was to have.
 */
export function nameByAlias(field: Field, service: JsonObject, run: Conversion): JsonObject {
  const { container_name: name, ...rest } = service;
  if (typeof name !== 'string') return rest;
  const from: Path = [...field.at, 'container_name'];
  const place = { at: from, offset: run.offsetOf(from) };
  if (rest.network_mode !== undefined) {
    run.note(place, '"container_name" is ignored: the agent names containers');
    return rest;
  }
  run.note(
    place,
    '"container_name" becomes an alias on the networks of the service: the agent names containers',
  );
  return withAlias(rest, name, { at: field.at, from, run });
}

interface Origin {
  /** The service. */
  readonly at: Path;
  /** What asks for the alias. */
  readonly from: Path;
  readonly run: Conversion;
}

/** The service with one more name on each of its networks. */
function withAlias(service: JsonObject, alias: string, { at, from, run }: Origin): JsonObject {
  const networks = service.networks === undefined ? { default: {} } : objectOf(service.networks);
  const named = Object.entries(networks).map(([name, attachment]): [string, Json] => {
    const { aliases } = objectOf(attachment);
    const before = Array.isArray(aliases) ? aliases : [];
    if (before.includes(alias)) return [name, attachment];
    run.land([...at, 'networks', name, 'aliases', before.length], from);
    return [name, { ...objectOf(attachment), aliases: [...before, alias] }];
  });
  return { ...service, networks: Object.fromEntries(named) };
}

/** `links`: as in Compose, who links to another starts after it, and may know it by another name. */
export function joinLinks(services: JsonObject, run: Conversion): JsonObject {
  const joined = new Map(Object.entries(services).map(([name, service]) => [name, objectOf(service)]));
  for (const name of Object.keys(services)) {
    const { links, ...rest } = joined.get(name) ?? {};
    joined.set(name, rest);
    if (!Array.isArray(links)) continue;
    links.forEach((link, index) => {
      follow(joined, {
        name,
        link: String(link),
        from: run.originOf(['services', name, 'links', index]),
        run,
      });
    });
  }
  return Object.fromEntries(joined);
}

interface Link {
  readonly name: string;
  readonly link: string;
  readonly from: Path;
  readonly run: Conversion;
}

function follow(services: Map<string, JsonObject>, { name, link, from, run }: Link): void {
  const [other = '', alias = other] = link.split(':');
  const service = services.get(name) ?? {};
  const dependsOn = objectOf(service.depends_on);
  if (!Object.hasOwn(dependsOn, other)) {
    run.land(['services', name, 'depends_on', other], from);
    services.set(name, {
      ...service,
      depends_on: { ...dependsOn, [other]: { condition: 'service_started' } },
    });
  }
  const linked = services.get(other);
  if (linked === undefined || alias === other || linked.network_mode !== undefined) return;
  services.set(other, withAlias(linked, alias, { at: ['services', other], from, run }));
}
