import { expect, test } from 'vitest';
import { toOutcome } from '../../../agent/docker/engine-error.ts';

// As engines word them: Docker 20.10 to 29.
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
    'error gathering device information while adding custom device "/dev/video0": no such file or directory',
    'device_missing',
  ],
  [500, 'could not select device driver "nvidia" with capabilities: [[gpu]]', 'device_missing'],
  [400, 'invalid mount config for type "bind": bind source path does not exist: /media/usb', 'path_missing'],
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
  [409, 'cannot join network namespace of a non running container: abc', 'conflict'],
  [400, 'invalid reference format', 'refused_by_engine'],
  [500, 'something else', 'engine_error'],
];

test.each(cases)('the engine’s answer %i "%s" is told as %s', (statusCode, message, code) => {
  const error = Object.assign(new Error(message), { statusCode, json: { message } });
  expect(toOutcome(error)).toMatchObject({ ok: false, code, message });
});
