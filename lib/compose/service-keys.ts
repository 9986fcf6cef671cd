// The table of service keys: one converter per key of the document. A key that the protocol gains needs an entry
// here; where its short form is its long form, `text`, `number` or `boolean` (or `asIs`) is all of it.
// Tested in test/lib/compose/spec-table.test.ts.
import { command, healthTest } from './command.ts';
import type { Conversion, Convert, Field } from './conversion.ts';
import {
  boolean,
  type ConvertTable,
  describe,
  filled,
  isEmpty,
  listOf,
  mapOf,
  number,
  scalarText,
  shape,
  text,
} from './converters.ts';
import { cores, deploy, memory, oneContainer, processes, shares } from './deploy-keys.ts';
import { devices, gpus } from './devices.ts';
import { envFile } from './env-file.ts';
import { configMounts, secretMounts } from './file-keys.ts';
import type { Json } from './json.ts';
import { mounts } from './mounts.ts';
import { expose, extraHosts } from './network-keys.ts';
import { ignored, only } from './passing.ts';
import { ports } from './ports.ts';
import { environmentVariables, labels } from './text-map.ts';

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

/** Left out, it is `true`; `false` is for `finishServices`. */
const required: Convert = (field, run) => (boolean(field, run) === false ? false : undefined);

const dependency = shape({
  condition: text,
  required,
  restart: ignored('only who lives in the namespace of another follows its restarts', false),
});

const GIVEN = 'addresses are given by the engine';
const attachment = shape(
  {
    aliases: listOf(text),
    gw_priority: only(
      [0],
      'to the engine the network whose name is first by the alphabet is the way out; name it so',
    ),
    ipv4_address: text,
    priority: only([0], 'the network whose name is first by the alphabet is joined first; name it so'),
  },
  {
    driver_opts: 'networks are plain bridges',
    interface_name: 'interfaces are named by the engine',
    ipv6_address: 'the engine gives IPv4 addresses',
    link_local_ips: GIVEN,
    mac_address: GIVEN,
  },
);

/** `disable: true` is Compose's other way to say `test: ["NONE"]`; without a test the image's own is run. */
const healthcheck: Convert = (field, run) => {
  const known = shape({
    test: healthTest,
    interval: text,
    timeout: text,
    retries: number,
    start_period: text,
    start_interval: text,
    disable: boolean,
  })(field, run);
  if (typeof known !== 'object' || known === null || Array.isArray(known)) return known;
  const { disable, test, ...times } = known;
  if (disable === true) return { test: ['NONE'] };
  const isOwn = Array.isArray(test) && test.length > 0;
  const check = isOwn ? { test, ...times } : times;
  return Object.keys(check).length === 0 ? undefined : check;
};

/** The probe of `x-holdfast`. */
export const probe = shape({
  http: shape({ port: number, path: text }),
  tcp: shape({ port: number }),
  heartbeat: shape({ target: text, file: text, max_age: text }),
  interval: text,
  timeout: text,
  failures: number,
  grace: text,
});

/** One text stands for a list of it. */
const textOrList: Convert = (field, run) => {
  if (field.node.kind !== 'scalar') return listOf(text)(field, run);
  return field.node.value === null ? undefined : [scalarText(field.node)];
};

/** The engine's own names for capabilities are in capitals. */
const capability: Convert = (field, run) => {
  const name = text(field, run);
  return typeof name === 'string' ? name.toUpperCase() : name;
};

/** `if_not_present` is Compose's other name for `missing`. */
const pullPolicy: Convert = (field, run) => {
  const policy = text(field, run);
  if (policy === 'missing' || policy === 'if_not_present') return 'missing';
  if (policy === undefined) return undefined;
  if (policy === 'always' || policy === 'never') return policy;
  const instead = policy === 'build' ? 'build and push the image' : 'deploy a new tag or digest';
  return run.fault(
    field,
    `"${policy}" is not carried out by Holdfast; it knows missing, always and never: ${instead}`,
  );
};

/** A number alone is both limits. */
const ulimit: Convert = (field, run) => {
  if (field.node.kind === 'map') return shape({ soft: number, hard: number })(field, run);
  const both = number(field, run);
  return both === undefined ? undefined : { soft: both, hard: both };
};

const networkMode: Convert = (field, run) => {
  const mode = filled(field, run);
  if (mode === 'bridge')
    return run.fault(
      field,
      '"bridge" is not carried out by Holdfast: no service finds another by name there; leave network_mode out for a network of the deployment',
    );
  return typeof mode === 'string' && mode.startsWith('container:') ? notAContainer(field, run) : mode;
};

/** Containers come and go with each update; services stay. */
const namespace: Convert = (field, run) => {
  const mode = filled(field, run);
  return typeof mode === 'string' && mode.startsWith('container:') ? notAContainer(field, run) : mode;
};

function notAContainer(field: Field, run: Conversion): undefined {
  return run.fault(field, '"container:…" is not carried out by Holdfast: write "service:NAME"');
}

const NOBODY_TYPES = 'nobody types on a device';

export const SERVICE_KEYS: ConvertTable = {
  image: text,
  attach: ignored('a device has no terminal to attach to', true),
  // Judged by `finishService`: nothing is built, so nothing of it is read.
  build: ({ node }) => (isEmpty(node) ? undefined : true),
  cgroup: only(['private'], 'the engine chooses'),
  // An alias: see `aliases.ts`.
  container_name: filled,
  develop: ignored('nothing is developed on a device'),
  // They become `deploy.resources`: see `resources.ts`.
  cpus: cores,
  cpu_period: number,
  cpu_quota: number,
  cpu_shares: shares,
  mem_limit: memory,
  mem_reservation: memory,
  memswap_limit: text,
  pids_limit: processes,
  command,
  entrypoint: command,
  environment: environmentVariables,
  working_dir: filled,
  user: filled,
  hostname: filled,
  domainname: filled,
  deploy,
  restart: filled,
  stop_signal: filled,
  stop_grace_period: text,
  depends_on: namesOr(dependency, { condition: 'service_started' }),
  ports,
  volumes: mounts,
  configs: configMounts,
  secrets: secretMounts,
  networks: namesOr(attachment, {}),
  // See `aliases.ts`.
  links: listOf(text),
  healthcheck,
  cap_add: listOf(capability),
  cap_drop: listOf(capability),
  cpuset: filled,
  device_cgroup_rules: listOf(text),
  devices,
  dns: textOrList,
  dns_opt: listOf(text),
  dns_search: textOrList,
  // Merged into `environment` by `finishService`.
  env_file: envFile,
  expose,
  extra_hosts: extraHosts,
  gpus,
  group_add: listOf(text),
  init: boolean,
  ipc: namespace,
  isolation: only(['default'], 'any other is for Windows'),
  labels,
  logging: shape({ driver: filled, options: mapOf(text) }),
  network_mode: networkMode,
  oom_score_adj: number,
  pid: namespace,
  platform: filled,
  privileged: boolean,
  // Judged before all else.
  profiles: () => undefined,
  pull_policy: pullPolicy,
  read_only: boolean,
  runtime: filled,
  scale: oneContainer,
  security_opt: listOf(text),
  shm_size: text,
  stdin_open: ignored(NOBODY_TYPES, false),
  sysctls: labels,
  tmpfs: textOrList,
  tty: ignored(NOBODY_TYPES, false),
  ulimits: mapOf(ulimit),
  uts: filled,
};
