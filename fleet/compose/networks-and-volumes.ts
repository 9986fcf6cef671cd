// Networks and volumes at the top level: a deployment's own, and those of the device that it shares with others.
import { type Conversion, type Convert, entryField, type Field, objectOf } from './conversion.ts';
import { boolean, isEmpty, listOf, shape, text } from './converters.ts';
import { findEntry, hoist, OURS } from './ours.ts';
import { ignored, only, projectName } from './passing.ts';
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

/** `external`, or `shared` of `x-holdfast`: it is of the device, by the name that others know it by too. */
function shareable(long: Convert): Convert {
  return (field, run) => {
    const { external: outside, name, ...own } = objectOf(long(field, run));
    const { shared: ours = false } = hoist(field, { shared }, run);
    const isOutside = outside === true || typeof outside === 'object';
    if (isOutside) noteExternal(field, run);
    if (!isOutside && ours === false) {
      noteName(field, run);
      return own;
    }
    const named = [ours, objectOf(outside).name, name].find((known) => typeof known === 'string');
    run.land([...field.at, 'shared'], [...field.at, isOutside ? 'external' : 'shared']);
    return { ...own, shared: named ?? String(field.at.at(-1)) };
  };
}

function noteExternal(field: Field, run: Conversion): void {
  const at = [...field.at, 'external'];
  run.note({ at, offset: run.offsetOf(at) }, 'the device makes it where it is not there');
}

/** To others it is of no use: the agent names by deployment. */
function noteName(field: Field, run: Conversion): void {
  const entry = findEntry(field.node, 'name');
  if (entry !== undefined) projectName(entryField(entry, [...field.at, 'name']), run);
}

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
