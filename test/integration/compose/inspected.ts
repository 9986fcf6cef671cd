// What `docker inspect` shows, written in one way: what the engine or the tool chose by itself has a name in its
// place, what may stand in any order has a key, and the same thing asked in two ways is one.
import type Docker from 'dockerode';

export type Plain = Readonly<Record<string, unknown>>;

/** Texts to replace wherever they stand, such as identities and paths. */
export type Naming = readonly (readonly [from: string | RegExp, to: string])[];

export function rename<T>(value: T, naming: Naming): T {
  const renamed = naming.reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(value));
  return JSON.parse(renamed);
}

/** A container by what it was asked to be, what it was given, and how it fared. */
export function showContainer(container: Docker.ContainerInspectInfo): Plain {
  const { Path, Args, Image, Platform, State } = container;
  return {
    ...{ Path, Args, Image, Platform },
    State: {
      Status: State.Status,
      ExitCode: State.ExitCode,
      isChecked: objectOf(State).Health !== undefined,
    },
    Config: showConfig(objectOf(container.Config)),
    HostConfig: showHostConfig(objectOf(container.HostConfig)),
    // `Mode` repeats `RW` and `Propagation` for what was asked as a line.
    Mounts: byKey(
      container.Mounts.map(({ Mode: _, ...mount }) => mount),
      'Destination',
    ),
    NetworkSettings: showNetworking(container),
  };
}

export function showNetwork({
  Id: _id,
  Created: _at,
  Containers: _in,
  ...network
}: Docker.NetworkInspectInfo): Plain {
  const { Driver, Options, Config } = network.IPAM ?? {};
  // A subnet that the engine gave has no range, and is another for each network.
  const asked = listOf(Config).filter(({ IPRange }) => IPRange !== undefined);
  return { ...network, Labels: showLabels(network.Labels), IPAM: { Driver, Options, Config: asked } };
}

export function showVolume(volume: Docker.VolumeInspectInfo): Plain {
  const { Name, Driver, Options, Scope } = volume;
  return { Name, Driver, Options, Scope, Labels: showLabels(volume.Labels) };
}

/** Each tool knows what is its own by labels, and nobody else's. */
function showLabels(labels: unknown): Plain {
  const others = Object.entries(objectOf(labels)).filter(
    ([name]) => !/^(io\.holdfast|com\.docker\.compose)\./.test(name),
  );
  return said(Object.fromEntries(others));
}

function showConfig(config: Plain): Plain {
  return {
    ...config,
    Labels: showLabels(config.Labels),
    Env: showVariables(textsOf(config.Env)),
    ExposedPorts: said(objectOf(config.ExposedPorts)),
  };
}

/** A name alone takes away what the image says, and is nothing else. */
function showVariables(lines: readonly string[]): Plain {
  const set = lines.filter((line) => line.includes('='));
  return Object.fromEntries(
    set.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('='))]),
  );
}

/** Lists in which the order means nothing. */
const SETS = ['DeviceCgroupRules', 'ExtraHosts', 'GroupAdd'];

function showHostConfig({ Binds, Mounts, ...host }: Plain): Plain {
  const sets = SETS.map((key) => [key, setOf(textsOf(host[key]))]);
  const policy = objectOf(host.RestartPolicy);
  return {
    ...host,
    ...Object.fromEntries(sets),
    CapAdd: setOf(textsOf(host.CapAdd).map(capability)),
    CapDrop: setOf(textsOf(host.CapDrop).map(capability)),
    // The engine takes both signs.
    SecurityOpt: setOf(textsOf(host.SecurityOpt).map((option) => option.replace(/^([a-z-]+):/, '$1='))),
    RestartPolicy: { ...policy, Name: policy.Name === '' ? 'no' : policy.Name },
    PortBindings: said(mapValues(objectOf(host.PortBindings), sorted)),
    Tmpfs: said(objectOf(host.Tmpfs)),
    Devices: byKey(listOf(host.Devices), 'PathInContainer'),
    Ulimits: byKey(listOf(host.Ulimits), 'Name'),
    Mounts: byKey([...textsOf(Binds).map(askedByLine), ...listOf(Mounts).map(askedByObject)], 'Target'),
  };
}

/** The engine takes them in any case, with their prefix or without. */
function capability(written: string): string {
  return written.toUpperCase().replace(/^CAP_/, '');
}

/** `/host:/path:ro,rslave`: in this form the engine makes a path that is not there. */
function askedByLine(line: string): Plain {
  const [source = '', Target = '', options = ''] = line.split(':');
  const words = options.split(',');
  const Propagation = words.find((word) => /^r?(private|shared|slave)$/.test(word));
  const isBind = source.startsWith('/');
  return {
    ...{ Type: isBind ? 'bind' : 'volume', Source: source, Target, ReadOnly: words.includes('ro') },
    BindOptions: { Propagation, CreateMountpoint: isBind },
    ...(words.includes('nocopy') ? { VolumeOptions: { NoCopy: true } } : {}),
  };
}

function askedByObject({ BindOptions, VolumeOptions, ...mount }: Plain): Plain {
  const options = objectOf(VolumeOptions);
  return {
    ...mount,
    BindOptions: objectOf(BindOptions),
    VolumeOptions: { ...options, Labels: showLabels(options.Labels) },
  };
}

const GIVEN = [
  'EndpointID',
  'Gateway',
  'GlobalIPv6Address',
  'IPAddress',
  'IPPrefixLen',
  'MacAddress',
  'NetworkID',
];

function showNetworking({ NetworkSettings, HostConfig }: Docker.ContainerInspectInfo): Plain {
  const asked = JSON.stringify(HostConfig.PortBindings);
  return {
    Ports: said(
      mapValues(objectOf(NetworkSettings.Ports), (bindings) =>
        sorted(listOf(bindings).map((one) => showBinding(one, asked))),
      ),
    ),
    Networks: mapValues(objectOf(NetworkSettings.Networks), (endpoint) => {
      const rest = Object.entries(objectOf(endpoint)).filter(([key]) => !GIVEN.includes(key));
      const { Aliases, ...shown } = Object.fromEntries(rest);
      return { ...shown, Aliases: setOf(textsOf(Aliases)) };
    }),
  };
}

function showBinding(binding: Plain, asked: string): Plain {
  const isAsked = asked.includes(JSON.stringify(binding.HostPort));
  return isAsked ? binding : { ...binding, HostPort: 'given by the engine' };
}

export interface Difference {
  readonly path: string;
  readonly compose: unknown;
  readonly holdfast: unknown;
}

/** Key by key. What is empty or `false` is as good as left out, and told as `null`. */
export function differencesOf(compose: unknown, holdfast: unknown, path = ''): Difference[] {
  if (isMap(compose) && isMap(holdfast)) {
    const keys = [...new Set([...Object.keys(compose), ...Object.keys(holdfast)])].sort();
    return keys.flatMap((key) =>
      differencesOf(compose[key], holdfast[key], path === '' ? key : `${path}.${key}`),
    );
  }
  const [one, other] = [saidOrNull(compose), saidOrNull(holdfast)];
  return JSON.stringify(one) === JSON.stringify(other) ? [] : [{ path, compose: one, holdfast: other }];
}

function saidOrNull(value: unknown): unknown {
  if (value === undefined || value === '' || value === false) return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value;
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, saidOrNull(inner)] as const);
  const full = entries.filter(([, inner]) => inner !== null);
  return full.length === 0 ? null : Object.fromEntries(full);
}

/** Values of a map whose keys count even where the value is empty. */
function said(map: Plain): Plain {
  return mapValues(map, (value) => `=${typeof value === 'string' ? value : JSON.stringify(value)}`);
}

function setOf(texts: readonly string[]): Plain {
  return Object.fromEntries(texts.map((text) => [text, true]));
}

function byKey(items: readonly unknown[], key: string): Plain {
  return Object.fromEntries(items.map((item) => [String(objectOf(item)[key]), item]));
}

function mapValues(map: Plain, change: (value: unknown) => unknown): Plain {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function sorted(value: unknown): unknown[] {
  return [...listOf(value)].sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function isMap(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): Plain {
  return isMap(value) ? value : {};
}

export function listOf(value: unknown): readonly Plain[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
