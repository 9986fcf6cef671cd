// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// Several files that are one project: over each other, extended, included. What stands here is what
// `docker compose config` 2.26 makes of it.
import { describe, expect, test } from 'vitest';
import { readCompose } from '../../../lib/compose/read-compose.ts';
import { besideOf } from './beside.ts';

interface Around {
  readonly files?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
}

function read(texts: readonly string[], { files = {}, variables = {} }: Around = {}) {
  const sources = texts.map((text, index) => ({ file: `${index}.yaml`, text }));
  return readCompose(sources, { variables, fallbackName: 'app', beside: besideOf(files) });
}
function faultsOf(result: ReturnType<typeof read>): string[] {
  if (result.ok) throw new Error('was found valid');
  return result.faults.map(({ file, line, path, message }) => `${file}:${line} ${path}: ${message}`);
}
function contentOf(result: ReturnType<typeof read>) {
  if (!result.ok) throw new Error(faultsOf(result).join('\n'));
  return result.content;
}
const serviceOf = (keys: string): string => `services: {s: {${keys}}}`;

describe('a later file', () => {
  test.each<[string, string, object]>([
    ['command: [a]', 'command: [b]', { command: ['b'] }],
    ['environment: {A: 1, B: 2}', 'environment: [B=3, C=4]', { environment: { A: '1', B: '3', C: '4' } }],
    ['ports: ["1:1"]', 'ports: ["2:2", "1:1"]', { ports: [{ published: '1' }, { published: '2' }] }],
    ['volumes: ["/a:/x", "/b:/y"]', 'volumes: ["/c:/x/"]', { volumes: [{ source: '/c' }, { source: '/b' }] }],
    ['dns: 1.1.1.1', 'dns: [1.1.1.1, 2.2.2.2]', { dns: ['1.1.1.1', '2.2.2.2'] }],
    [
      'networks: [n]',
      'networks: {n: {aliases: [a]}, default: }',
      { networks: { n: { aliases: ['a'] }, default: {} } },
    ],
    [
      'logging: {driver: local, options: {a: 1}}',
      'logging: {options: {b: 2}}',
      { logging: { driver: 'local', options: { a: '1', b: '2' } } },
    ],
    [
      'logging: {driver: local, options: {a: 1}}',
      'logging: {driver: journald}',
      { logging: { driver: 'journald' } },
    ],
    [
      'ulimits: {nofile: 5}',
      'ulimits: {nofile: {soft: 1, hard: 2}}',
      { ulimits: { nofile: { soft: 1, hard: 2 } } },
    ],
    [
      'ports: ["1:1"], init: true',
      'ports: !override ["2:2"], init: !reset true',
      { ports: [{ published: '2' }] },
    ],
    ['environment: {A: 1, B: 2}', 'environment: {A: !reset null}', { environment: { B: '2' } }],
    ['init: true', 'init: ', { init: true }],
    [
      'healthcheck: {test: a, retries: 2}',
      'healthcheck: {test: [CMD, b]}',
      { healthcheck: { test: ['CMD', 'b'], retries: 2 } },
    ],
  ])('%s and %s', (base, over, expected) => {
    const networks = '\nnetworks: {n: }';
    const { services } = contentOf(read([serviceOf(`image: i, ${base}`) + networks, serviceOf(over)]));
    expect(services).toMatchObject({ s: { image: 'i', ...expected } });
    if (over.includes('!reset true')) expect(services).not.toHaveProperty('s.init');
    if (over.includes('journald')) expect(services).not.toHaveProperty('s.logging.options');
  });

  test('may be another document of the same file', () => {
    const text = `${serviceOf('image: i')}\n---\n${serviceOf('init: true')}\n`;
    expect(contentOf(read([text])).services).toEqual({ s: { image: 'i', init: true } });
  });

  test('names the project, and faults of each file are told with its name', () => {
    expect(contentOf(read([`name: a\n${serviceOf('image: i')}`, 'name: b'])).name).toBe('b');
    expect(
      faultsOf(read([serviceOf('image: i, nonsense: 1'), `\n${serviceOf('restart: sometimes')}`])),
    ).toEqual([
      expect.stringContaining('0.yaml:1 services.s.nonsense: '),
      expect.stringContaining('1.yaml:2 services.s.restart: '),
    ]);
  });
});

describe('extends', () => {
  const files = {
    'sub/base.yaml':
      'services: {web: {extends: root, command: [b], env_file: [a.env]}, root: {image: "r:${TAG:-1}", environment: {A: 1}}}',
    'sub/a.env': 'B=2\n',
    'ring.yaml': 'services: {a: {extends: {file: ring.yaml, service: a}}}',
  };
  test.each<[string, object]>([
    [
      '{service: web, file: sub/base.yaml}',
      { image: 'r:1', command: ['c'], environment: { A: '1', B: '2' } },
    ],
    ['other', { image: 'o', command: ['c'], init: true }],
    ['{service: other}', { image: 'o', command: ['c'], init: true }],
  ])('%s', (extended, expected) => {
    const text = `services: {s: {extends: ${extended}, command: [c]}, other: {image: o, init: true, command: [o]}}`;
    expect(contentOf(read([text], { files })).services).toMatchObject({ s: expected });
  });
  test.each([
    ['nobody', 'no service "nobody" to extend'],
    ['s', '"s" extends itself in a ring'],
    ['{service: x, file: sub/base.yaml}', 'no service "x" in "sub/base.yaml"'],
    ['{service: x, file: gone.yaml}', '"gone.yaml" cannot be read: no such file'],
    ['{service: a, file: ring.yaml}', 'files name each other in a ring'],
    ['[a]', 'expected the service to extend, got a list'],
  ])('%s is refused', (extended, message) => {
    const text = `services: {s: {image: i, extends: ${extended}}}`;
    expect(faultsOf(read([text], { files })).join('\n')).toContain(message);
  });
});

describe('include', () => {
  const files = {
    'sub/db.yaml': 'services: {db: {image: "d:$TAG", env_file: a.env}}\nvolumes: {v: }',
    'sub/.env': 'TAG=9\n',
    'sub/a.env': 'A=1\n',
    'other.env': 'TAG=8\n',
    'over.yaml': 'services: {db: {init: true}}',
  };
  test.each<[string, object]>([
    ['[sub/db.yaml]', { image: 'd:9', environment: { A: '1' } }],
    ['[{path: sub/db.yaml, env_file: other.env}]', { image: 'd:8' }],
    ['[{path: [sub/db.yaml, over.yaml]}]', { image: 'd:9', init: true }],
  ])('%s', (included, expected) => {
    const text = `include: ${included}\nservices: {s: {image: i, depends_on: [db]}}`;
    expect(contentOf(read([text], { files }))).toMatchObject({
      services: { db: expected },
      volumes: { v: {} },
    });
  });
  test('what both have is refused, and faults are told where they lie', () => {
    expect(faultsOf(read(['include: [sub/db.yaml]\nservices: {db: {image: i}}'], { files }))).toEqual([
      '0.yaml:2 services.db: an included file has "db" too',
    ]);
    const bad = { 'bad.yaml': '\nservices: {b: {image: i, ports: ["1-2:80"]}}' };
    expect(faultsOf(read(['include: [bad.yaml]'], { files: bad }))).toEqual([
      expect.stringContaining('bad.yaml:2 services.b.ports[0]: '),
    ]);
  });
});
