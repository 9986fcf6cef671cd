import { describe, expect, test } from 'vitest';
import { endpointOptions } from '../../../agent/docker/container-network.ts';
import { containerOptions } from '../../../agent/docker/container-options.ts';
import { updateOptions } from '../../../agent/docker/container-resources.ts';
import { instancesOf } from '../../../agent/model/instance.ts';
import { deployment } from '../../fakes/deployments.ts';
import { desiredOf } from '../../fakes/desired.ts';

function optionsOf(service: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  const document = deployment({
    ...{ revision: 7, services: { app: { image: 'registry.test/app:1', ...service } } },
    ...rest,
  });
  const [spec] = instancesOf(desiredOf(document).services);
  if (spec === undefined) throw new Error('no service');
  return { options: containerOptions('line', spec), spec };
}

describe('container options', () => {
  test('of a bare service: ours by labels, bounded logs, restarted, no new privileges', () => {
    const { options, spec } = optionsOf({});
    expect(options).toMatchObject({
      Image: 'registry.test/app:1',
      Labels: {
        'io.holdfast.deployment': 'line',
        'io.holdfast.service': 'app',
        'io.holdfast.revision': '7',
        'io.holdfast.spec': spec.hash,
      },
      Env: [],
      StopTimeout: 10,
      HostConfig: {
        NetworkMode: 'holdfast_line_default',
        RestartPolicy: { Name: 'unless-stopped', MaximumRetryCount: 0 },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
        Init: true,
        SecurityOpt: ['no-new-privileges'],
        Memory: 0,
        NanoCpus: 0,
        PidsLimit: 0,
      },
      NetworkingConfig: { EndpointsConfig: { holdfast_line_default: { Aliases: ['app'] } } },
    });
    for (const key of ['Cmd', 'Entrypoint', 'WorkingDir', 'User', 'Hostname', 'StopSignal', 'Healthcheck'])
      expect(options).not.toHaveProperty(key);
  });

  test('name by a label of ours whose container it is', () => {
    const { spec } = optionsOf({});
    const second = { ...spec, instance: { service: 'app', index: 1 } };
    expect(containerOptions('line', second).Labels).toEqual({
      ...containerOptions('line', spec).Labels,
      'io.holdfast.service': 'app#1',
    });
  });

  test('carry what the service says of its process', () => {
    const { options } = optionsOf({
      command: ['python', '-m', 'x'],
      entrypoint: ['/init'],
      environment: { A: '1', B: 'two=2', C: '' },
      working_dir: '/srv',
      user: '1000:1000',
      hostname: 'edge',
      domainname: 'plant.example',
      stop_signal: 'SIGINT',
      stop_grace_period: '1500ms',
    });
    expect(options).toMatchObject({
      Cmd: ['python', '-m', 'x'],
      Entrypoint: ['/init'],
      Env: ['A=1', 'B=two=2', 'C='],
      WorkingDir: '/srv',
      User: '1000:1000',
      Hostname: 'edge',
      Domainname: 'plant.example',
      StopSignal: 'SIGINT',
      StopTimeout: 2,
    });
  });

  test('publish ports as asked, several for one target', () => {
    const { options } = optionsOf({
      ports: [
        { target: 80, published: '8080', host_ip: '127.0.0.1' },
        { target: 80, published: '8081' },
        { target: 53, published: '53', protocol: 'udp' },
        { target: 443, host_ip: '127.0.0.1' },
      ],
    });
    expect(options.ExposedPorts).toEqual({ '80/tcp': {}, '53/udp': {}, '443/tcp': {} });
    expect(options.HostConfig?.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '127.0.0.1', HostPort: '8080' },
        { HostIp: '', HostPort: '8081' },
      ],
      '53/udp': [{ HostIp: '', HostPort: '53' }],
      // The engine's choice.
      '443/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
    });
  });

  test('mount volumes of the deployment, host paths and tmpfs', () => {
    const { options } = optionsOf(
      {
        volumes: [
          { type: 'volume', source: 'frames', target: '/data' },
          { type: 'bind', source: '/etc/localtime', target: '/etc/localtime', read_only: true },
          { type: 'tmpfs', target: '/tmp' },
        ],
      },
      { volumes: { frames: {} } },
    );
    expect(options.HostConfig?.Mounts).toEqual([
      {
        ...{ Type: 'volume', Source: 'holdfast_line_frames', Target: '/data', ReadOnly: false },
        VolumeOptions: {
          NoCopy: false,
          Labels: { 'io.holdfast.deployment': 'line', 'io.holdfast.volume': 'frames' },
          DriverConfig: { Name: 'local', Options: {} },
        },
      },
      { Type: 'bind', Source: '/etc/localtime', Target: '/etc/localtime', ReadOnly: true },
      { Type: 'tmpfs', Source: '', Target: '/tmp' },
    ]);
  });

  test("mount what the agent made for it, and nothing else of the deployment's folder", () => {
    const { spec } = optionsOf({
      volumes: [
        { type: 'bind', source: './data', target: '/data', bind: { propagation: 'rslave' } },
        { type: 'bind', source: '/srv', target: '/srv' },
      ],
    });
    const made = { source: '/d/folders/line/data', target: '/data', isReadOnly: true, propagation: 'rslave' };
    const options = containerOptions('line', spec, {
      ...{ peers: {}, image: {} },
      mounts: [{ ...made, propagation: 'rslave' }],
    });
    expect(options.HostConfig?.Mounts).toEqual([
      { Type: 'bind', Source: '/srv', Target: '/srv', ReadOnly: false },
      {
        ...{ Type: 'bind', Source: '/d/folders/line/data', Target: '/data', ReadOnly: true },
        BindOptions: { Propagation: 'rslave' },
      },
    ]);
    expect(options.HostConfig?.Binds).toBeUndefined();
  });

  test('give limits in the engine’s units, with no swap beyond the memory', () => {
    const { options } = optionsOf({
      deploy: { resources: { limits: { memory: '256M', cpus: '0.5', pids: 64 } } },
      restart: 'on-failure:3',
    });
    expect(options.HostConfig).toMatchObject({
      Memory: 268_435_456,
      MemorySwap: 268_435_456,
      NanoCpus: 500_000_000,
      PidsLimit: 64,
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
    });
  });

  test('give a health check its times in nanoseconds', () => {
    const { options } = optionsOf({
      healthcheck: {
        test: ['CMD', 'true'],
        interval: '30s',
        timeout: '500ms',
        retries: 3,
        start_period: '1m',
      },
    });
    expect(options.Healthcheck).toEqual({
      Test: ['CMD', 'true'],
      Interval: 30e9,
      Timeout: 0.5e9,
      Retries: 3,
      StartPeriod: 60e9,
    });
  });

  test('join the first network at the creation, each under its aliases', () => {
    const { options, spec } = optionsOf(
      { networks: { front: { aliases: ['web'] }, back: {} } },
      { networks: { front: {}, back: { internal: true } } },
    );
    expect(Object.keys(options.NetworkingConfig?.EndpointsConfig ?? {})).toEqual(['holdfast_line_front']);
    expect(endpointOptions(spec, 'front')).toEqual({ Aliases: ['app', 'web'] });
    const [, back = ''] = Object.keys(spec.networks);
    expect(endpointOptions(spec, back)).toEqual({ Aliases: ['app'] });
  });

  test('name what is shared as the device does, and the address that was asked for', () => {
    const { options } = optionsOf(
      {
        networks: { lan: { ipv4_address: '10.0.0.5' } },
        volumes: [{ type: 'volume', source: 'files', target: '/files' }],
      },
      {
        networks: { lan: { shared: 'proxy' } },
        volumes: { files: { shared: 'media', driver_opts: { type: 'nfs', o: 'addr=nas', device: ':/a' } } },
      },
    );
    expect(options.HostConfig?.NetworkMode).toBe('proxy');
    expect(options.NetworkingConfig?.EndpointsConfig).toEqual({
      proxy: { Aliases: ['app'], IPAMConfig: { IPv4Address: '10.0.0.5' } },
    });
    expect(options.HostConfig?.Mounts).toMatchObject([
      {
        Source: 'media',
        VolumeOptions: {
          Labels: { 'io.holdfast.shared': 'media' },
          DriverConfig: { Name: 'local', Options: { type: 'nfs', o: 'addr=nas', device: ':/a' } },
        },
      },
    ]);
  });
});

describe('what only the create call shows here', () => {
  const hostOf = (service: Record<string, unknown>) => optionsOf(service).options.HostConfig;

  test('a privileged service may gain privileges, and all capabilities are passed on', () => {
    expect(hostOf({ privileged: true, cap_add: ['ALL'] })).toMatchObject({
      Privileged: true,
      CapAdd: ['ALL'],
      SecurityOpt: [],
    });
  });

  test.for([
    [[], ['no-new-privileges']],
    [['apparmor:unconfined'], ['no-new-privileges', 'apparmor=unconfined']],
    [['no-new-privileges:false'], ['no-new-privileges=false']],
    [['no-new-privileges'], ['no-new-privileges']],
    [['label:type:svirt_t'], ['no-new-privileges', 'label=type:svirt_t']],
  ])('the security options %o become %o', ([security_opt, expected]) => {
    expect(hostOf({ security_opt })?.SecurityOpt).toEqual(expected);
  });

  test('accelerators, by number, by id and by name', () => {
    const service = {
      gpus: [{ count: 'all' }, { count: 2, driver: 'nvidia' }],
      deploy: { resources: { reservations: { devices: [{ device_ids: ['a'], capabilities: ['tpu'] }] } } },
      devices: [{ source: 'nvidia.com/gpu=0' }],
    };
    expect(hostOf(service)).toMatchObject({
      DeviceRequests: [
        { Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=0'] },
        { Count: -1, Capabilities: [['gpu']] },
        { Count: 2, Driver: 'nvidia', Capabilities: [['gpu']] },
        { Count: 0, DeviceIDs: ['a'], Capabilities: [['tpu']] },
      ],
    });
  });

  test('a runtime, the host’s processes, a path within a volume, a check while starting', () => {
    const mount = { type: 'volume', source: 'v', target: '/v', volume: { subpath: 'a/b' } };
    const { options } = optionsOf(
      {
        ...{ runtime: 'nvidia', pid: 'host', volumes: [mount] },
        healthcheck: { test: ['CMD', 'true'], start_interval: '1s' },
      },
      { volumes: { v: {} } },
    );
    expect(options.HostConfig).toMatchObject({
      Runtime: 'nvidia',
      PidMode: 'host',
      Mounts: [{ VolumeOptions: { Subpath: 'a/b' } }],
    });
    expect(options.Healthcheck).toMatchObject({ StartInterval: 1e9 });
  });

  test('what the agent made is mounted from where it is, and must be there', () => {
    const { spec } = optionsOf({ volumes: [{ type: 'bind', source: '/a', target: '/a' }] });
    const mounts = [
      { source: '/run/token', target: '/run/secrets/token', isReadOnly: true },
      { source: '/run/beats', target: '/beat', isReadOnly: false },
    ];
    const { HostConfig } = containerOptions('line', spec, { peers: {}, mounts, image: {} });
    expect(HostConfig?.Mounts?.slice(1)).toEqual([
      { Type: 'bind', Source: '/run/token', Target: '/run/secrets/token', ReadOnly: true },
      { Type: 'bind', Source: '/run/beats', Target: '/beat', ReadOnly: false },
    ]);
    expect(HostConfig).not.toHaveProperty('Binds');
  });

  test('another’s network is named by its container, and no network of ours is joined', () => {
    const services = {
      app: {
        image: 'registry.test/app:1',
        network_mode: 'service:other',
        depends_on: { other: { condition: 'service_started' } },
      },
      other: { image: 'registry.test/other:1' },
    };
    const { spec } = optionsOf({}, { services });
    const options = containerOptions('line', spec, { peers: { other: 'abc' }, mounts: [], image: {} });
    expect(options.HostConfig?.NetworkMode).toBe('container:abc');
    expect(options).not.toHaveProperty('NetworkingConfig');
    expect(spec.networks).toEqual({});
  });

  test('the agent’s own labels stand beside those of the service', () => {
    expect(optionsOf({ labels: { a: 'b' } }).options.Labels).toMatchObject({
      a: 'b',
      'io.holdfast.service': 'app',
    });
  });
});

describe('the hash of what needs a new container', () => {
  const bare = optionsOf({}).spec.hash;
  test.for<[string, Record<string, unknown>]>([
    ['pull_policy', { pull_policy: 'missing' }],
    ['limits', { deploy: { resources: { limits: { cpus: '1', memory: '64M', pids: 5 } } } }],
    ['restart', { restart: 'no' }],
    ['probe', { probe: { tcp: { port: 1 } } }],
  ])('stays with %s', ([_key, service]) => {
    expect(optionsOf(service).spec.hash).toBe(bare);
  });

  test.for<[string, Record<string, unknown>]>([
    ['a reservation', { deploy: { resources: { reservations: { memory: '64M' } } } }],
    ['a label', { labels: { a: 'b' } }],
    ['init', { init: false }],
    ['logging', { logging: { driver: 'local' } }],
    ['network_mode', { network_mode: 'none' }],
  ])('changes with %s', ([_key, service]) => {
    expect(optionsOf(service).spec.hash).not.toBe(bare);
  });
});

test.for([
  ['no', { Name: 'no', MaximumRetryCount: 0 }],
  ['unless-stopped', { Name: 'unless-stopped', MaximumRetryCount: 0 }],
  ['on-failure', { Name: 'on-failure', MaximumRetryCount: 0 }],
  ['on-failure:5', { Name: 'on-failure', MaximumRetryCount: 5 }],
] as const)('the policy %s is the engine’s %o', ([restart, expected]) => {
  const { spec } = optionsOf({ restart });
  expect(updateOptions(spec).RestartPolicy).toEqual(expected);
  expect(spec.settings.restartPolicy).toBe(restart);
});
