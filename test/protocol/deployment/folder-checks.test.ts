// Binds of the deployment's own folder, and what a removal deletes of it.
import { describe, expect, test } from 'vitest';
import { parseDeployment } from '../../../protocol/deployment/parse-deployment.ts';
import { isWithinFolder, partsOf } from '../../../protocol/values/folder-path.ts';
import { deploymentWith } from '../fixtures.ts';

function faultsOf(value: unknown): readonly { path: string; message: string }[] {
  const parsed = parseDeployment(value);
  return parsed.ok ? [] : parsed.faults;
}

const bindOf = (source: string, bind?: object): object =>
  deploymentWith({
    volumes: [{ type: 'bind', source, target: '/data', ...(bind === undefined ? {} : { bind }) }],
  });
const absent = (...purge: string[]): object => ({
  ...{ schema: 'holdfast.deployment/1', name: 'hello', revision: 2, state: 'absent', purge },
});

test.for(['./', './data', './a/b.c/d', './..data', './...', './a b', './é', './-x', `./${'a'.repeat(255)}`])(
  'the path %j is taken',
  (path) => {
    expect(faultsOf(bindOf(path))).toEqual([]);
    expect(faultsOf(absent(path))).toEqual([]);
  },
);

test.for([
  ...['data', '.', '..', '../x', './../x', './a/../b', './a/..', './.', './a/.', './a/./b'],
  ...['.//a', './a//b', './a/', './a:b', './a\0b', '.\\a', '', '~/a', `./${'a/'.repeat(512)}b`],
])('the path %j is refused', (path) => {
  expect(faultsOf(bindOf(path)).map((fault) => fault.path)).toContain('services.web.volumes[0].source');
  // A volume may have such a name.
  if (path !== 'data') expect(faultsOf(absent(path)).map((fault) => fault.path)).toContain('purge[0]');
});

test('a name that no file system takes is refused', () => {
  expect(faultsOf(bindOf(`./a/${'é'.repeat(128)}`))).toEqual([
    { path: 'services.web.volumes[0].source', message: 'at most 255 bytes between two slashes' },
  ]);
});

describe('owner and mode', () => {
  test.for([{ owner: '0' }, { owner: '1000', mode: '750' }, { owner: '1000:44', mode: '0750' }])(
    '%j are taken',
    (bind) => expect(faultsOf(bindOf('./data', bind))).toEqual([]),
  );

  test.for([
    [{ owner: 'app' }, 'owner'],
    [{ owner: '1:2:3' }, 'owner'],
    [{ owner: '01' }, 'owner'],
    [{ owner: '1234567890' }, 'owner'],
    [{ mode: '4755' }, 'mode'],
    [{ mode: '99' }, 'mode'],
    [{ create_host_path: true }, 'create_host_path'],
  ] as const)('%j is refused', ([bind, key]) => {
    expect(faultsOf(bindOf('./data', bind)).map(({ path }) => path)).toEqual([
      `services.web.volumes[0].bind.${key}`,
    ]);
  });

  test('they are of the folder alone', () => {
    const message = 'means nothing with a path of the device, which the agent does not make';
    expect(faultsOf(bindOf('/srv', { owner: '1', mode: '0700' }))).toEqual([
      { path: 'services.web.volumes[0].bind.owner', message },
      { path: 'services.web.volumes[0].bind.mode', message },
    ]);
  });
});

test('a directory has one owner and one mode, whoever binds it', () => {
  const mount = (bind: object, source = './data') => ({ type: 'bind', source, target: '/data', bind });
  const services = {
    a: { image: 'a', volumes: [mount({ owner: '1000', mode: '0750' })] },
    b: { image: 'b', volumes: [mount({ owner: '1000:0', mode: '750' }), { ...mount({}), target: '/more' }] },
    c: { image: 'c', volumes: [mount({ owner: '1' }, './data/sub')] },
    d: { image: 'd', volumes: [mount({ owner: '1', mode: '0700' })] },
  };
  expect(faultsOf(deploymentWith({}, { services }))).toEqual([
    { path: 'services.d.volumes[0].bind.owner', message: '"1000" is said elsewhere for this directory' },
    { path: 'services.d.volumes[0].bind.mode', message: '"0750" is said elsewhere for this directory' },
  ]);
});

test('a removal names volumes and paths side by side', () => {
  expect(parseDeployment(absent('data', './data', './'))).toMatchObject({
    value: { document: { purge: ['data', './data', './'] } },
  });
  expect(faultsOf(absent('data', '/srv'))).toEqual([
    { path: 'purge[1]', message: expect.stringContaining('such as "./data", or "./" for all of it') },
  ]);
});

test('a path is within another by its parts, not by its letters', () => {
  expect(partsOf('./a/b')).toEqual(['a', 'b']);
  expect(partsOf('./')).toEqual([]);
  expect(isWithinFolder('./a/b', './a')).toBe(true);
  expect(isWithinFolder('./a', './')).toBe(true);
  expect(isWithinFolder('./a', './a')).toBe(true);
  expect(isWithinFolder('./ab', './a')).toBe(false);
  expect(isWithinFolder('./', './a')).toBe(false);
});
