// Which containers get the engine's init process, by what images of this world have as their entry point.
import { describe, expect, test } from 'vitest';
import { initFor, initOf } from '../../../agent/docker/init-process.ts';
import type { ImageProcess } from '../../../agent/ports/engine.ts';

const SILENT = { init: null, entrypoint: null, command: null };
const PLAIN: ImageProcess = { Entrypoint: null, Cmd: ['python3', 'hello.py'] };
const S6: ImageProcess = { Entrypoint: ['/init'], Cmd: null };

describe('a service that says nothing', () => {
  test.for<[string, ImageProcess]>([
    ['Home Assistant, linuxserver.io', S6],
    ['Pi-hole of 2022', { Entrypoint: ['/s6-init'], Cmd: null }],
    ['Homebridge', { Entrypoint: [], Cmd: ['/init'] }],
    ['s6-overlay by its own name', { Entrypoint: ['/usr/bin/s6-svscan', '/etc/services'] }],
    ['tini', { Entrypoint: ['/usr/bin/tini', '--', '/run.sh'] }],
    ['tini by name alone', { Entrypoint: ['tini', '--'], Cmd: ['app'] }],
    ['dumb-init', { Entrypoint: ['/usr/bin/dumb-init', '--'] }],
    ['phusion/baseimage', { Cmd: ['/sbin/my_init'] }],
    ['systemd', { Cmd: ['/lib/systemd/systemd'] }],
    ['/sbin/init', { Cmd: ['/sbin/init'] }],
    ['one text for a list', { Entrypoint: '/init' }],
  ])('leaves PID 1 to the init of %s', ([_of, image]) => {
    expect(initFor(SILENT, image)).toBe('image');
  });

  test.for<[string, ImageProcess]>([
    ['a program', PLAIN],
    ['a shell that becomes an init', { Entrypoint: ['sh', '-c', 'exec tini app'] }],
    ['an init that is the second word', { Entrypoint: ['/entry.sh'], Cmd: ['/init'] }],
    ['a file that has an init in its name', { Entrypoint: ['/init.sh'] }],
    ['supervisord', { Cmd: ['/usr/bin/supervisord'] }],
    ['nothing', {}],
  ])('has the engine’s init where the image starts %s', ([_what, image]) => {
    expect(initFor(SILENT, image)).toBe('engine');
  });
});

test.for([
  ['its entry point', { entrypoint: ['/init'] }, PLAIN, 'image'],
  [
    'its entry point, and not the command below it',
    { entrypoint: ['app'], command: ['/init'] },
    S6,
    'engine',
  ],
  ['its command where no entry point is', { command: ['tini', 'app'] }, PLAIN, 'image'],
  ['the image’s entry point above its command', { command: ['app'] }, S6, 'image'],
  ['the image’s command where its own is empty', { command: [] }, { Cmd: ['/init'] }, 'image'],
  ['its command where it takes the entry point away', { entrypoint: [], command: ['app'] }, S6, 'engine'],
] as const)('what starts is %s', ([_what, service, image, expected]) => {
  expect(initFor({ ...SILENT, ...service }, image)).toBe(expected);
});

test('what the service says is done', () => {
  expect(initFor({ ...SILENT, init: true }, S6)).toBe('engine');
  expect(initFor({ ...SILENT, init: false }, S6)).toBe('image');
  expect(initFor({ ...SILENT, init: false }, PLAIN)).toBe('none');
});

test.for([
  ['engine', { Init: true, PidMode: '' }, 'app'],
  ['engine', { Init: true, PidMode: 'private' }, '/init'],
  ['image', { Init: false, PidMode: '' }, '/init'],
  ['image', {}, '/usr/bin/tini'],
  ['none', { Init: false }, 'app'],
  // Among the processes of the device or of another container nothing of it is PID 1.
  ['none', { Init: true, PidMode: 'host' }, 'app'],
  ['none', { PidMode: 'container:abc' }, '/init'],
] as const)('a container has "%s" where the engine shows %o and %s', ([expected, HostConfig, Path]) => {
  expect(initOf({ HostConfig, Path })).toBe(expected);
});
