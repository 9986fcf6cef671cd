import { expect, test } from 'vitest';
import { toOutcome } from '../../../agent/docker/step-error.ts';
import { EngineUnavailable } from '../../../agent/ports/engine.ts';

// As engines word them: Docker 20.10 to 29, and Podman where it is named.
const cases: readonly [number, string, string][] = [
  [
    500,
    'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated',
    'port_taken',
  ],
  [500, 'failed to bind host port for 127.0.0.1:80:172.17.0.2:80/tcp: address already in use', 'port_taken'],
  [500, 'mkdir /var/lib/docker/overlay2/abc: no space left on device', 'no_space'],
  [
    500,
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
    'no_address_pool',
  ],
  [500, 'all predefined address pools have been fully subnetted', 'no_address_pool'],
  [
    500,
    'error gathering device information while adding custom device "/dev/video0": no such file or directory',
    'device_missing',
  ],
  [500, 'could not select device driver "nvidia" with capabilities: [[gpu]]', 'device_missing'],
  [400, 'invalid mount config for type "bind": bind source path does not exist: /media/usb', 'path_missing'],
  [
    400,
    'invalid mount config for type "bind": bind source path does not exist: /srv/port is already allocated',
    'path_missing',
  ],
  [
    403,
    'error while removing network: network holdfast_a_default id abc has active endpoints',
    'network_in_use',
  ],
  [404, 'No such image: r.test/a:1', 'image_missing'],
  [
    400,
    'failed to create task: exec: "nope": executable file not found in $PATH: unknown',
    'command_not_found',
  ],
  [
    400,
    'runc create failed: unable to start container process: exec: "/app/nothing": stat /app/nothing: no such file or directory: unknown',
    'command_not_found',
  ],
  [
    400,
    'runc create failed: unable to start container process: exec: "/etc/passwd": permission denied: unknown',
    'command_not_found',
  ],
  [
    // Podman
    500,
    'runc: runc create failed: unable to start container process: exec: "/app/nothing": stat /app/nothing: no such file or directory: OCI runtime attempted to invoke a command that was not found',
    'command_not_found',
  ],
  [403, 'Pool overlaps with other one on this address space', 'subnet_taken'],
  [400, 'invalid pool request: Pool overlaps with other one on this address space', 'subnet_taken'],
  [
    403,
    'cannot create network a1 (br-a1): conflicts with network b2 (br-b2): networks have overlapping IPv4',
    'subnet_taken',
  ],
  [400, 'network proxy is ambiguous (2 matches found on name)', 'name_taken'],
  [400, '2 matches found based on name: network proxy is ambiguous', 'name_taken'],
  [403, 'Address already in use', 'address_taken'],
  [500, 'failed to set up container networking: Address already in use', 'address_taken'],
  [
    400,
    'user specified IP address is supported only when connecting to networks with user configured subnets',
    'address_refused',
  ],
  [500, "Invalid address 10.9.0.5: It does not belong to any of this network's subnets", 'address_refused'],
  [
    500,
    "error while mounting volume '/var/lib/docker/volumes/a/_data': failed to mount local volume: mount :/export:/var/lib/docker/volumes/a/_data, data: addr=10.0.0.1: connection refused",
    'mount_failed',
  ],
  [409, 'cannot join network namespace of a non running container: abc', 'conflict'],
  [400, 'invalid reference format', 'refused_by_engine'],
  [500, 'something else', 'engine_error'],
];

test.each(cases)('the engine’s answer %i "%s" is told as %s', (statusCode, message, code) => {
  const error = Object.assign(new Error(message), { statusCode, json: { message } });
  const words = code === 'port_taken' ? {} : { message };
  expect(toOutcome(error)).toMatchObject({ ok: false, code, ...words });
});

test.each([
  [
    'driver failed programming external connectivity on endpoint web (51d0f9bd): Error starting userland proxy: listen tcp4 127.0.0.1:18080: bind: address already in use',
    'the host port 127.0.0.1:18080 is taken: address already in use',
  ],
  [
    'driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated',
    'the host port 0.0.0.0:80 is taken: port is already allocated',
  ],
  [
    'failed to bind host port for 127.0.0.1:80:172.17.0.2:80/tcp: address already in use',
    'the host port 127.0.0.1:80 is taken: address already in use',
  ],
  [
    'rootlessport listen udp [::]:53: bind: address already in use',
    'the host port [::]:53 is taken: address already in use',
  ],
])('a taken port is named first: %s', (said, message) => {
  const error = Object.assign(new Error(said), { statusCode: 500, json: { message: said } });
  expect(toOutcome(error)).toMatchObject({ code: 'port_taken', message });
});

test('an engine that has no subnet left is told with how to give it more', () => {
  const message = 'could not find an available, non-overlapping IPv4 address pool';
  const error = Object.assign(new Error(message), { statusCode: 500, json: { message } });
  expect(toOutcome(error).hint).toContain('default-address-pools');
});

test.each([
  ['addr=10.0.0.1,password=s3 cret,vers=3: host is down', 'addr=10.0.0.1,password=…,vers=3: host is down'],
  ['user=a,pass=s3cret: permission denied', 'user=a,pass=…: permission denied'],
  ['user=a,password=s3cret', 'user=a,password=…'],
  ['user=a,password=s3: cret: permission denied', 'user=a,password=…: permission denied'],
])('a password in the options of a mount, "%s", is not told', (options, told) => {
  const message = `failed to mount local volume: mount //nas/a:/b, data: ${options}`;
  const error = Object.assign(new Error(message), { statusCode: 500, json: { message } });
  expect(toOutcome(error).message).toBe(`failed to mount local volume: mount //nas/a:/b, data: ${told}`);
});

test('a message is cut at a whole character', () => {
  const message = `${'x'.repeat(999)}\u{1f321}`;
  const error = Object.assign(new Error(message), { statusCode: 500, json: { message } });
  expect(toOutcome(error).message).toBe('x'.repeat(999));
});

test.each([
  'ECONNREFUSED',
  'ENOENT',
  'EACCES',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ABORT_ERR',
  'HPE_INVALID_CONSTANT',
])('no answer, as with %s, is an engine that is away', (code) => {
  expect(() => toOutcome(Object.assign(new Error('socket'), { code }))).toThrow(EngineUnavailable);
});

test('a fault of the agent itself is none of the engine: it fails the step alone', () => {
  const outOfRange = () => AbortSignal.timeout(2 ** 40);
  let thrown: unknown;
  try {
    outOfRange();
  } catch (error) {
    thrown = error;
  }
  expect(toOutcome(thrown)).toMatchObject({
    ok: false,
    code: 'internal_error',
    message: expect.stringMatching(/^RangeError: /),
  });
});
