// The table of service keys: one converter per key of the document. A key that the protocol gains needs an entry
// here; where its short form is its long form, `text`, `number` or `boolean` (or `asIs`) is all of it.
import { command, healthTest } from './command.ts';
import type { Convert, Json } from './conversion.ts';
import {
  boolean,
  type ConvertTable,
  describe,
  listOf,
  mapOf,
  number,
  type RefusedKeys,
  scalarText,
  shape,
  text,
} from './converters.ts';
import { environmentVariables } from './environment-variables.ts';
import { mounts } from './mounts.ts';
import { ports } from './ports.ts';

/** A list of names stands for a map of each to the same long form. */
function namesOr(long: Convert, longForm: Json): Convert {
  return (field, run) => {
    if (field.node.kind !== 'list') return mapOf(long)(field, run);
    const entries = field.node.items.map((item): [string, Json] => {
      const name = item.kind === 'scalar' ? scalarText(item) : '';
      run.place([...field.at, name], item.offset);
      if (name === '')
        run.fault({ at: [...field.at, name], offset: item.offset }, `expected a name, got ${describe(item)}`);
      return [name, structuredClone(longForm)];
    });
    return Object.fromEntries(entries.filter(([name]) => name !== ''));
  };
}

const dependency = shape(
  { condition: text },
  { required: 'a dependency is always required', restart: 'leave it out' },
);

const attachment = shape(
  { aliases: listOf(text) },
  { ipv4_address: 'addresses are given by the engine', ipv6_address: 'addresses are given by the engine' },
);

/** `disable: true` is Compose's other way to say `test: ["NONE"]`. */
const healthcheck: Convert = (field, run) => {
  const known = shape(
    {
      test: healthTest,
      interval: text,
      timeout: text,
      retries: number,
      start_period: text,
      disable: boolean,
    },
    { start_interval: 'leave it out' },
  )(field, run);
  if (typeof known !== 'object' || known === null || Array.isArray(known)) return known;
  const { disable, ...rest } = known;
  return disable === true ? { test: ['NONE'] } : rest;
};

const deploy = shape(
  {
    resources: shape(
      { limits: shape({ cpus: text, memory: text, pids: number }, { devices: 'leave it out' }) },
      { reservations: 'a device reserves nothing; use limits' },
    ),
  },
  {
    replicas: 'a service is one container; name a second service for a second one',
    mode: 'a service is one container',
    update_config: 'use the top-level x-holdfast.update',
    rollback_config: 'use the top-level x-holdfast.update',
    restart_policy: 'use restart',
    placement: 'name the devices by groups, and deploy to a group',
    labels: 'leave it out',
  },
);

/** The probe of `x-holdfast`. */
export const probe = shape({
  http: shape({ port: number, path: text }),
  tcp: shape({ port: number }),
  interval: text,
  timeout: text,
  failures: number,
  grace: text,
});

export const SERVICE_KEYS: ConvertTable = {
  image: text,
  command,
  entrypoint: command,
  environment: environmentVariables,
  working_dir: text,
  user: text,
  hostname: text,
  deploy,
  restart: text,
  stop_signal: text,
  stop_grace_period: text,
  depends_on: namesOr(dependency, { condition: 'service_started' }),
  ports,
  volumes: mounts,
  networks: namesOr(attachment, {}),
  healthcheck,
};

export const REFUSED_SERVICE_KEYS: RefusedKeys = {
  build: 'devices pull images; build and push it, and name it in image',
  container_name: 'the agent names containers, so that an old and a new one can stand side by side',
  cpus: 'use deploy.resources.limits.cpus',
  mem_limit: 'use deploy.resources.limits.memory',
  pids_limit: 'use deploy.resources.limits.pids',
  env_file: 'a device does not have your files; use environment',
  extends: 'use YAML anchors and "<<"',
  scale: 'a service is one container; name a second service for a second one',
  profiles: 'use a file for each, or groups of devices',
  links: 'services reach each other by name already',
  expose: 'services of a network reach each other on all ports already',
  develop: 'leave it out',
  pull_policy: 'an image is pulled when the device does not have it',
};
