// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../../lib/compose/read-compose.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/compose/${name}.yaml`, import.meta.url), 'utf8');
const read = (text: string, variables = {}) =>
  readCompose([{ file: 'compose.yaml', text }], { variables, fallbackName: 'folder' });

/** A service `s` with these lines, the first of them on line 4. */
function readService(...lines: string[]) {
  return read(['services:', '  s:', '    image: i', ...lines.map((line) => `    ${line}`)].join('\n'));
}
function faultsOf(result: ReturnType<typeof read>) {
  if (result.ok) throw new Error('was found valid');
  return result.faults.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
}
function serviceOf(result: ReturnType<typeof read>) {
  if (!result.ok) throw new Error(faultsOf(result).join('\n'));
  return result.content.services;
}

describe('a file with every short form', () => {
  const result = read(fixture('everything'), { TAKEN: 'from outside', REDIS_TAG: '7.2' });

  test('becomes the long form', () => {
    if (!result.ok) throw new Error(faultsOf(result).join('\n'));
    expect(result.content).toEqual({
      name: 'line-vision',
      services: {
        store: {
          image: 'docker.io/library/redis:7.2',
          restart: 'always',
          stop_grace_period: '20s',
          command: ['redis-server', '--save', '60 1', '--appendonly', 'yes'],
          user: '1000',
          volumes: [
            { type: 'volume', source: 'frames', target: '/data', read_only: true },
            { type: 'bind', source: '/etc/localtime', target: '/etc/localtime' },
            { type: 'tmpfs', target: '/tmp' },
          ],
          healthcheck: { test: ['CMD-SHELL', 'redis-cli ping | grep PONG'], interval: '5s', retries: 3 },
          networks: { back: { aliases: ['redis'] } },
        },
        detector: {
          restart: 'on-failure:3',
          stop_grace_period: '20s',
          image: 'registry.example.com/detector:1.4.2',
          entrypoint: ['python', '-m'],
          depends_on: { store: { condition: 'service_started' } },
          environment: { LOG_LEVEL: 'info', EMPTY: '', TAKEN: 'from outside', EQUATION: 'a=b' },
          ports: [
            { target: 80, published: '8080' },
            { target: 9000, published: '9000', host_ip: '127.0.0.1', protocol: 'udp' },
            { target: 9001, published: '9001', host_ip: '127.0.0.1', protocol: 'udp' },
            { target: 7000, published: '7000', host_ip: '::1' },
            { target: 443, published: '8443' },
          ],
          networks: { back: {}, default: {} },
          deploy: { resources: { limits: { cpus: '0.50', memory: '256m', pids: 64 } } },
          probe: { http: { port: 8080, path: '/healthz' }, failures: 5 },
        },
        batch: {
          image: 'batch',
          environment: {
            RATE: '1.10',
            ON: 'true',
            DOLLAR: 'cost $5',
            ID: '12345678901234567890',
            TAKEN: 'from outside',
          },
          healthcheck: { test: ['NONE'] },
          depends_on: { store: { condition: 'service_healthy' } },
        },
      },
      volumes: { frames: {} },
      networks: { back: { internal: true } },
      update: { strategy: 'stop-first', deadline: '2m' },
      rollout: { percent: 10 },
    });
  });

  test('tells that version is ignored', () => {
    expect(result.notes).toEqual([
      { line: 2, column: 1, path: 'version', message: expect.stringContaining('obsolete') },
      { line: 36, column: 9, path: 'services.detector.environment.NOT_SET', message: expect.anything() },
      { line: 56, column: 3, path: 'services.batch', message: expect.stringContaining('"always"') },
    ]);
  });
});

test('all faults of a file are told at once, in its order, where they lie', () => {
  const places = faultsOf(read(fixture('faulty'))).map((fault) => fault.split(': ')[0]);
  expect(places).toEqual([
    '1:7 name',
    '5:12 services.web.image',
    '6:14 services.web.command',
    '8:9 services.web.ports[0]',
    '10:9 services.web.ports[2]',
    '12:9 services.web.volumes[0]',
    '13:9 services.web.volumes[1].source',
    '14:19 services.web.environment[""]',
    '15:14 services.web.restart',
    '18:7 services.web.x-holdfast.prob',
    '20:9 services.web.depends_on.nobody',
    '25:17 services.two.deploy.replicas',
    '28:17 services.two.deploy.resources.limits.cpus',
    '29:17 services.two.deploy.resources.limits.pids',
    '31:18 secrets.token.file',
    '34:5 update.strategie',
  ]);
});

describe('what the protocol refuses is led back to the file', () => {
  test.each<[string, string[], string]>([
    ['a long item', ['ports:', '  - target: 80', '    published: "x"'], '6:20 services.s.ports[0].published'],
    ['a short item', ['ports: ["8080:80", "8080:81"]'], '4:24 services.s.ports[1].published'],
    ['one port of a range', ['ports: ["1:1", "65535-65536:1-2"]'], '4:20 services.s.ports[1].published'],
    [
      'a listed variable',
      ['environment:', '  - "A=1"', `  - "B=${'x'.repeat(32_769)}"`],
      '6:9 services.s.environment.B',
    ],
    ['a volume that is not declared', ['volumes:', '  - "v:/a"'], '5:9 services.s.volumes[0].source'],
    ['a listed dependency', ['depends_on:', '  - s'], '5:9 services.s.depends_on.s'],
    [
      'a hoisted probe',
      ['x-holdfast:', '  probe:', '    http: {port: 99999}'],
      '6:22 services.s.probe.http.port',
    ],
    [
      'a probe of two kinds',
      ['x-holdfast:', '  probe:', '    http: {port: 1}', '    tcp: {port: 1}'],
      '5:7 services.s.probe',
    ],
  ])('%s', (_name, lines, place) => {
    const faults = faultsOf(readService(...lines));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${place}: `);
  });

  test('what is missing, at its service', () => {
    expect(faultsOf(read('services:\n  "my.app":\n    restart: always\n'))).toEqual([
      '2:3 services["my.app"].image: required, but missing',
    ]);
  });
});

test('what could not be converted is not told missing as well', () => {
  expect(faultsOf(read('services: {s: {image: [i]}}'))).toEqual([
    '1:16 services.s.image: expected a text, got a list',
  ]);
});

describe('a service key', () => {
  test.each<[string, string]>([
    ['ports: ["8000-8009:80"]', 'write one, such as "8000", or "80" alone: the engine then gives a free one'],
    ['ports: [{target: 80, published: 8000-8009}]', 'write one, such as "8000", or leave it out'],
    ['ports: ["127.0.0.1:80/udp"]', 'write both, such as "127.0.0.1:80:80", or "127.0.0.1::80" for a host'],
    ['ports: ["[::1]:80"]', 'write both, such as "[::1]:80:80", or "[::1]::80" for a host'],
    ['ports: ["8000-8009:80-81"]', '10 host ports for 2'],
    ['ports: ["9-8:9-8"]', 'backwards'],
    ['ports: ["1-9999:1-9999"]', 'more than 512'],
    ['ports: ["a:b"]', 'is no port'],
    ['ports: ["host:8080:80"]', 'is no port'],
    ['ports: [{target: 80, published: "80", mode: x}]', 'it knows ingress and host'],
    ['ports: ["5000:5000/sctp"]', '"sctp" is not carried out by Holdfast; it knows tcp and udp'],
    ['volumes: ["/a/./b/../b:/x", "/c:/x/"]', 'mounted twice'],
    ['ports: 80:80', 'expected a list'],
    ['volumes: ["/data"]', 'has no name'],
    ['volumes: ["~/x:/x"]', 'in the home of who runs holdfastctl'],
    ['volumes: ["../x:/x"]', 'lies outside the folder of the Compose file'],
    ['volumes: ["a/b:/x"]', 'neither a volume'],
    ['volumes: ["v:/x:ro:z"]', 'too many parts'],
    ['memswap_limit: 64m', 'no swap beyond its memory limit'],
    ['enviroment: 1', '"enviroment" is no key that stands here; did you mean "environment"?'],
    ['volume: [a]', 'did you mean "volumes"?'],
    ['x-holdfst: {}', 'did you mean "x-holdfast"?'],
    ['nonsense: 1', '"nonsense" is no key that stands here'],
    ['toString: 1', '"toString" is no key that stands here'],
    ['environment: text', 'expected a map or a list'],
    ['environment: {A: [1]}', 'expected a text, got a list'],
    ['networks: {default: {priority: 1}}', '1 is not carried out by Holdfast; it knows 0'],
    ['healthcheck: {test: a, retries: often}', 'expected a number'],
    ['networks: [[a]]', 'expected a name'],
    ['x-holdfast: [probe]', 'expected a map'],
    ['x-holdfast: {update: {}}', 'unknown key of x-holdfast; it may hold probe'],
  ])('%s is refused', (line, message) => {
    const faults = faultsOf(readService(line));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(message);
    expect(faults[0]).toMatch(/^4:/);
  });

  test.each(['environment: PIN=hunter2', 'environment: ["=hunter2"]', 'environment: {PIN: [hunter2]}'])(
    'the value of %s is not quoted',
    (line) => {
      const faults = faultsOf(readService(line));
      expect(faults).toHaveLength(1);
      expect(faults[0]).not.toContain('hunter2');
    },
  );

  test.each<[string, object]>([
    ['command:', {}],
    ['command: []', { command: [] }],
    ['command: [sleep, 10]', { command: ['sleep', '10'] }],
  ])('%s is taken', (line, expected) => {
    expect(serviceOf(readService(line))).toEqual({ s: { image: 'i', ...expected } });
  });
});

describe('the name', () => {
  const body = 'services: {s: {image: i}}\n';
  test.each([
    ['the option', `name: file\n${body}`, 'option', 'option'],
    ['the file', `name: file\n${body}`, undefined, 'file'],
    ['the folder', body, undefined, 'folder'],
  ])('comes from %s', (_from, text, name, expected) => {
    expect(
      readCompose([{ file: 'compose.yaml', text }], { variables: {}, name, fallbackName: 'folder' }),
    ).toMatchObject({
      ok: true,
      content: { name: expected },
    });
  });
});

describe('a file that is no Compose file', () => {
  test.each([
    ['', '1:1 : expected a Compose file'],
    ['- a\n', '1:1 : expected a Compose file'],
    ['services: [', 'Flow sequence'],
    ['services:\n  a: {image: a}\n  a: {image: b}\n', '3:3 : Map keys must be unique'],
    [
      'services: {a: {image: !reste x}}',
      'a tag that is none of Compose\'s; it knows "!reset" and "!override"',
    ],
    ['services: {a: {image: !reset x}}', 'services.a.image: required, but missing'],
    ['services: {}', '1:1 services: expected at least one service'],
    ['name: a', 'services: required, but missing'],
    ['a: &a [*a]\nservices: {s: {image: i}}', 'too deep'],
    // Deeper than the parser's own recursion goes.
    ['- '.repeat(20_000), 'too deep'],
    ['['.repeat(20_000), 'too deep'],
    ['{a: '.repeat(20_000), 'too deep'],
  ])('%j', (text, expected) => {
    expect(faultsOf(read(text)).join('\n')).toContain(expected);
  });

  test('aliases of aliases end at a bound', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inner =
        level === 0
          ? '1'
          : Array(9)
              .fill(`*l${level - 1}`)
              .join(', ');
      return `  l${level}: &l${level} [${inner}]`;
    });
    expect(faultsOf(read(['x-bomb:', ...levels].join('\n'))).join()).toContain('too many nodes');
  });
});

describe('variables', () => {
  test('a required one is told with the other faults, and once', () => {
    const text = 'services:\n  s:\n    image: ${IMAGE:?name one}\n    annotations: [a]\n';
    expect(faultsOf(read(text))).toEqual([
      '3:12 : the variable IMAGE is required: name one',
      expect.stringContaining('4:5 services.s.annotations'),
    ]);
  });

  test('an unset one is noted with its place', () => {
    const result = read('services: {s: {restart: always, image: "i:1$TAG"}}');
    expect(result.notes).toEqual([
      { line: 1, column: 40, path: '', message: expect.stringContaining('variable TAG is not set') },
    ]);
  });

  test('are not put into keys', () => {
    expect(faultsOf(read('services: {$A: {image: i}}', { A: 'x' }))[0]).toContain('$A');
  });
});
