// Networks and volumes at the top level: a deployment's own, and those of the device that it shares with others.
// Tested in test/lib/compose/meaning.test.ts.

import type { Convert } from './conversion.ts';
import { boolean, isEmpty, listOf, OURS, shape, text } from './converters.ts';
import { objectOf } from './json.ts';
import { hoist } from './ours.ts';
import { ignored, only } from './passing.ts';
import { driverOptions } from './volume-options.ts';

const LABELLED = 'the agent labels what it makes';

/** As Compose has it, and as it had it once: `external: { name: … }`. */
const external: Convert = (field, run) =>
  field.node.kind === 'map' ? shape({ name: text })(field, run) : boolean(field, run);

/** The name, or that it is its name here. */
const shared: Convert = (field, run) => {
  const { node } = field;
  return node.kind === 'scalar' && typeof node.value === 'boolean' ? boolean(field, run) : text(field, run);
};

/**
 * `external`, `shared` of `x-holdfast`, or a `name` of its own: it is of the device, by the name that others know it by
 * too. Compose names so what one project makes and others join.
 */
function shareable(long: Convert): Convert {
  return (field, run) => {
    const { external: outside, name, ...own } = objectOf(long(field, run));
    const { shared: ours } = hoist(field, { shared }, run);
    const key = String(field.at.at(-1));
    const isOutside = outside === true || typeof outside === 'object';
    const isNamed = ours === undefined && typeof name === 'string' && !run.isOwnName(name, key);
    const isShared = isOutside || isNamed || (ours !== undefined && ours !== false);
    if (!isShared) return own;
    const way = isOutside ? 'external' : isNamed ? 'name' : 'shared';
    const at = [...field.at, way];
    const note = NOTES[way];
    if (note !== undefined) run.note({ at, offset: run.offsetOf(at) }, note);
    const named = [ours, objectOf(outside).name, name].find((known) => typeof known === 'string');
    run.land([...field.at, 'shared'], at);
    return { ...own, shared: named ?? key };
  };
}

const NOTES: Readonly<Record<string, string>> = {
  external: 'the device makes it where it is not there',
  name: 'other deployments of the device can use it by this name',
};

export const volume = shareable(
  shape({
    driver: only(['local'], 'volumes are on the device itself'),
    // Judged by `placeVolumes`.
    driver_opts: driverOptions,
    external,
    name: text,
    labels: ignored(LABELLED),
    [OURS]: () => undefined,
  }),
);

const BRIDGES =
  'networks are bridges on the device itself; make another kind there (docker network create), and join it with external: true';
const GIVEN = 'addresses are given by the engine';

const pool = shape(
  { subnet: text, gateway: text, ip_range: text },
  { aux_addresses: 'give an ip_range that leaves them out' },
);

/** Only what says something: `docker compose config` writes it empty. */
const ipam: Convert = (field, run) => {
  if (isEmpty(field.node)) return undefined;
  const known = shape(
    { driver: only(['default'], GIVEN), config: listOf(pool) },
    { options: 'the engine knows none' },
  );
  const { config } = objectOf(known(field, run));
  return Array.isArray(config) && config.length > 0 ? { config } : undefined;
};

export const network = shareable(
  shape(
    {
      internal: boolean,
      attachable: ignored('it is for the networks of a cluster', false),
      driver: only(['bridge', 'default'], BRIDGES),
      enable_ipv4: only([true], GIVEN),
      external,
      ipam,
      labels: ignored(LABELLED),
      name: text,
      [OURS]: () => undefined,
    },
    {
      driver_opts: BRIDGES,
      enable_ipv6: 'the engine gives IPv4 addresses',
    },
  ),
);
