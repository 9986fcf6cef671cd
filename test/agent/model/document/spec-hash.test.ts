import { expect, test } from 'vitest';
import type { ServiceSpec } from '../../../../agent/model/service-spec.ts';
import { present } from '../../reconcile/situations.ts';

function specOf(service: object, rest: object = {}): ServiceSpec {
  const [spec] = present(1, { app: service }, rest).document.services;
  if (spec === undefined) throw new Error('no service');
  return spec;
}

const FILES = {
  configs: [{ source: 'settings' }],
  secrets: [{ source: 'token', target: '/etc/token', uid: '1000', gid: '44', mode: '0440' }],
};
const CONTENTS = { configs: { settings: { content: 'a' } }, secrets: { token: { content: 'b' } } };

test('files come with their content, and stand where Compose puts them', () => {
  expect(specOf(FILES, CONTENTS).files).toEqual([
    { kind: 'configs', source: 'settings', target: '/settings', content: 'a', uid: 0, gid: 0, mode: 0o444 },
    { kind: 'secrets', source: 'token', target: '/etc/token', content: 'b', uid: 1000, gid: 44, mode: 0o440 },
  ]);
  const [secret] = specOf({ secrets: [{ source: 'token' }] }, CONTENTS).files;
  expect(secret?.target).toBe('/run/secrets/token');
});

test('a service without files and heartbeat has the hash that older agents gave it', () => {
  const service = { probe: { tcp: { port: 80 } }, restart: 'always', working_dir: '/srv' };
  expect(specOf(service).hash).toBe(
    'sha256:4de8729d5b672e1efe433accc827505a5846ad5ee9df7552ca5d68e300dda006',
  );
  expect(specOf(service, CONTENTS).hash).toBe(specOf(service).hash);
});

test.each([
  ['the content of a config', FILES, { ...CONTENTS, configs: { settings: { content: 'c' } } }],
  ['the content of a secret', FILES, { ...CONTENTS, secrets: { token: { content: 'c' } } }],
  ['the mode of a file', { ...FILES, configs: [{ source: 'settings', mode: '0440' }] }, CONTENTS],
  ['the place of a file', { ...FILES, configs: [{ source: 'settings', target: '/b' }] }, CONTENTS],
])('%s needs a new container when it changes', (_title, service, contents) => {
  expect(specOf(service, contents).hash).not.toBe(specOf(FILES, CONTENTS).hash);
});

test('the contents of others do not', () => {
  const more = { ...CONTENTS, secrets: { ...CONTENTS.secrets, other: { content: 'x' } } };
  expect(specOf(FILES, more).hash).toBe(specOf(FILES, CONTENTS).hash);
});

test('of a heartbeat the place and the name of the file need a new container, and nothing else', () => {
  const hashWith = (keys: object, timing: object = {}): string =>
    specOf({ probe: { heartbeat: { target: '/beat', ...keys }, ...timing } }).hash;
  expect(hashWith({})).not.toBe(specOf({}).hash);
  expect(hashWith({ target: '/other' })).not.toBe(hashWith({}));
  expect(hashWith({ file: 'loop' })).not.toBe(hashWith({}));
  expect(hashWith({ max_age: '5s' }, { interval: '1s' })).toBe(hashWith({}));
});

const IN_LAN = { networks: { lan: {} }, volumes: [{ type: 'volume', source: 'data', target: '/data' }] };
const PLAIN = { networks: { lan: {} }, volumes: { data: {} } };

test.each([
  ['a network that is internal', { ...PLAIN, networks: { lan: { internal: true } } }],
  ['a shared network', { ...PLAIN, networks: { lan: { shared: 'lan' } } }],
  ['a subnet', { ...PLAIN, networks: { lan: { ipam: { config: [{ subnet: '10.0.0.0/24' }] } } } }],
  ['a shared volume', { ...PLAIN, volumes: { data: { shared: 'data' } } }],
  ['options of a volume', { ...PLAIN, volumes: { data: { driver_opts: { type: 'tmpfs' } } } }],
])('%s needs a new container, and so a proof', (_title, rest) => {
  expect(specOf(IN_LAN, rest).hash).not.toBe(specOf(IN_LAN, PLAIN).hash);
  // Of a service that does not use it, nothing.
  const unused = { networks: { other: {} } };
  const other = { networks: { other: {} } };
  const { networks, ...more } = rest;
  expect(specOf(unused, { ...more, networks: { ...other.networks, ...networks } }).hash).toBe(
    specOf(unused, other).hash,
  );
});
