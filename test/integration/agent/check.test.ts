// `holdfast check` on real parts: what it sees of a sound device, and of faults that no deployment shows.
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckAnswer } from '../../../protocol/operations/check.ts';
import { askJson } from '../support/ask-why.ts';
import { loadImage } from '../support/load-image.ts';
import { World } from '../support/world.ts';

let world: World;
let good: string;
let closed: string;
let gone: string;
let foreign: string;
let answer: CheckAnswer;
let ms: number;

beforeAll(async () => {
  world = new World();
  good = (await world.registry()).host;
  closed = (await world.registry({ username: 'edge', password: 'another' })).host;
  gone = `127.0.0.1:${await world.port()}`;
  const login = { username: 'edge', password: 'x' };
  const { manager } = await world.start({ registries: { [good]: login, [closed]: login, [gone]: login } });
  chmodSync(`${world.dir}/registry-0.password`, 0o640);
  chmodSync(`${world.dir}/registry-1.password`, 0o644);
  chmodSync(`${world.dir}/registry-2.password`, 0o640);
  chmodSync(path.join(world.dir, 'holdfast.toml'), 0o666);
  foreign = world.name('unbounded');
  const { docker } = world.engine;
  const image = `${world.mark}/foreign:1`;
  await loadImage(docker, image, 'arm64');
  world.defer(() => docker.getImage(image).remove({ force: true }));
  for (const [name, labels] of [
    [foreign, {}],
    [world.name('arm'), { 'io.holdfast.deployment': world.name('arm') }],
  ] as const) {
    const container = await docker.createContainer({ name, Image: image, Cmd: ['/none'], Labels: labels });
    world.defer(() => container.remove({ force: true }));
  }
  await manager.presence(true);
  const beganMs = performance.now();
  answer = await askJson(['check', '--socket', `${world.dir}/api.sock`]);
  ms = performance.now() - beganMs;
});
afterAll(() => world.close());

function told(name: string): string[] {
  return answer.checks.filter((one) => one.name === name).map(({ result, text }) => `${result}: ${text}`);
}

test('what is well is told with its figures', () => {
  expect(told('store')).toEqual(['ok: holdfast.db is sound']);
  expect(told('disk')[0]).toMatch(/ are free in \//);
  expect(told("engine's disk")[0]).toMatch(/ are free in \//);
  expect(told('engine')[0]).toMatch(/^ok: version \S+, API \S+$/);
  expect(told('networks and logs')[0]).toMatch(/^ok: \d+ of \d+ subnets are left for networks$/);
  expect(told('access to the engine')[0]).toMatch(/ is as good as root: root, /);
  expect(told('broker connection')[0]).toMatch(/^ok: 127\.0\.0\.1:\d+ accepts connections$/);
  expect(told('broker login')).toEqual(['ok: logged in (MQTT 5)']);
  expect(told('broker topics')).toContain(`ok: may write holdfast/v1/devices/${world.device}/state`);
  expect(told('broker topics').every((line) => line.startsWith('ok: '))).toBe(true);
});

test('so is what is not', () => {
  expect(told('registries')).toEqual([
    `ok: ${good} lets the device in`,
    expect.stringMatching(`^error: ${closed} does not let the device in: .*(unauthorized|401)`),
    expect.stringMatching(`^error: ${gone} does not let the device in: .*connection refused`),
  ]);
  expect(told('secrets')).toEqual([
    expect.stringMatching(/^ok: .* has the mode 0640$/),
    expect.stringMatching(/^warning: .* has the mode 0644: everybody may read it/),
    expect.stringMatching(/^ok: .* has the mode 0640$/),
  ]);
  expect(told('configuration')[0]).toMatch(
    /^warning: .*holdfast\.toml has the mode 0666: everybody may change it/,
  );
  expect(told('networks and logs').at(-1)).toMatch(
    new RegExp(`^warning: nothing bounds the log of .*${foreign}`),
  );
  expect(told('emulation').join('\n')).toContain(`${world.mark}/foreign:1 is for arm64`);
  expect(told('watchdog')[0]).toMatch(/^warning: no service manager/);
});

test('it takes no longer than its limit', () => {
  expect(ms).toBeLessThan(3000);
});
