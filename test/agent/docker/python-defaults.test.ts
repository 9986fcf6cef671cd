import { expect, test } from 'vitest';
import { withPythonDefaults } from '../../../agent/docker/python-defaults.ts';

const HOOK = '/var/lib/holdfast/python';
const BIND = `${HOOK}:/holdfast-python:ro`;
const DEFAULTS = ['PYTHONFAULTHANDLER=1', 'PYTHONUNBUFFERED=1'];

function made(Env: string[], image: string[] | null = null, HostConfig = {}) {
  const { Env: env, HostConfig: host } = withPythonDefaults({ Env, HostConfig }, { Env: image }, HOOK);
  return { env, binds: host?.Binds };
}

test('a container gets the defaults and the hook beside what it asks', () => {
  expect(made(['A=1'])).toEqual({ env: ['A=1', ...DEFAULTS, 'PYTHONPATH=/holdfast-python'], binds: [BIND] });
  expect(made([], null, { Binds: ['/x:/y:rw'] }).binds).toEqual(['/x:/y:rw', BIND]);
});

test('what the image or the service says is left as it is', () => {
  expect(made([], ['PYTHONUNBUFFERED=0']).env).toEqual([
    'PYTHONFAULTHANDLER=1',
    'PYTHONPATH=/holdfast-python',
  ]);
  expect(made(['PYTHONUNBUFFERED=']).env).toContain('PYTHONUNBUFFERED=');
});

test('a search path keeps its place before the hook', () => {
  expect(made(['PYTHONPATH=/app'], ['PYTHONPATH=/image']).env).toContain('PYTHONPATH=/app:/holdfast-python');
  expect(made([], ['PYTHONPATH=/image']).env).toContain('PYTHONPATH=/image:/holdfast-python');
});

test.each([
  ['by the service', made(['PYTHONFAULTHANDLER='])],
  ['by the service as 0', made(['PYTHONFAULTHANDLER=0'])],
  ['by the image', made([], ['PYTHONFAULTHANDLER='])],
  ['as its place is taken', made([], null, { Tmpfs: { '/holdfast-python/': '' } })],
])('there is no hook where it is switched off %s', (_name, { env, binds }) => {
  expect(env?.some((line) => line.startsWith('PYTHONPATH='))).toBe(false);
  expect(binds).toBeUndefined();
});

test('without a hook of the host the defaults stay', () => {
  expect(withPythonDefaults({ Env: [] }, {}, null)).toEqual({ Env: DEFAULTS });
});
