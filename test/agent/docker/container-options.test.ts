import { describe, expect, test } from 'vitest';
import { endpointOptions } from '../../../agent/docker/container-network.ts';
import { containerOptions } from '../../../agent/docker/container-options.ts';
import { updateOptions } from '../../../agent/docker/container-resources.ts';
import { specsOf } from '../../../agent/reconcile/service-spec.ts';
import { parseDeployment } from '../../../protocol/parse-deployment.ts';
import { deployment } from '../../fakes/deployments.ts';

function optionsOf(service: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  const document = deployment({
    ...{ revision: 7, services: { app: { image: 'registry.test/app:1', ...service } } },
    ...rest,
  });
  const parsed = parseDeployment(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  if (parsed.value.document.state !== 'present') throw new Error('absent');
  const [spec] = specsOf(parsed.value.document);
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

  test('carry what the service says of its process', () => {
    const { options } = optionsOf({
      command: ['python', '-m', 'x'],
      entrypoint: ['/init'],
      environment: { A: '1', B: 'two=2', C: '' },
      working_dir: '/srv',
      user: '1000:1000',
      hostname: 'edge',
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
      ],
    });
    expect(options.ExposedPorts).toEqual({ '80/tcp': {}, '53/udp': {} });
    expect(options.HostConfig?.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '127.0.0.1', HostPort: '8080' },
        { HostIp: '', HostPort: '8081' },
      ],
      '53/udp': [{ HostIp: '', HostPort: '53' }],
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
    expect(endpointOptions(spec, 'back')).toEqual({ Aliases: ['app'] });
  });
});

test.for([
  ['no', { Name: 'no', MaximumRetryCount: 0 }],
  ['unless-stopped', { Name: 'unless-stopped', MaximumRetryCount: 0 }],
  ['on-failure', { Name: 'on-failure', MaximumRetryCount: 0 }],
  ['on-failure:5', { Name: 'on-failure', MaximumRetryCount: 5 }],
] as const)('the policy %s is the engine’s %o', ([restartPolicy, expected]) => {
  const settings = { memoryBytes: 0, nanoCpus: 0, pids: 0, restartPolicy };
  expect(updateOptions(settings).RestartPolicy).toEqual(expected);
});
