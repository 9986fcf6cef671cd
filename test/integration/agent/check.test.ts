// `holdfast check` on real parts: what it sees of a sound device, and of faults that no deployment shows.
import { chmodSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckAnswer } from '../../../protocol/operations/check.ts';
import { askJson } from '../support/ask-why.ts';
import { World } from '../support/world.ts';

let world: World;
let good: string;
let gone: string;
let answer: CheckAnswer;
let ms: number;

beforeAll(async () => {
  world = new World();
  good = (await world.registry()).host;
  gone = `127.0.0.1:${await world.port()}`;
  const login = { username: 'edge', password: 'x' };
  const { manager } = await world.start({ registries: { [good]: login, [gone]: login } });
  chmodSync(`${world.dir}/registry-0.password`, 0o640);
  chmodSync(`${world.dir}/registry-1.password`, 0o644);
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
  expect(told('networks and logs')).toHaveLength(2);
  expect(told('broker connection')[0]).toMatch(/^ok: 127\.0\.0\.1:\d+ accepts connections$/);
  expect(told('broker login')).toEqual(['ok: logged in (MQTT 5)']);
  expect(told('broker topics')).toEqual(['ok: no topic is denied']);
});

test('so is what is not', () => {
  expect(told('registries')).toEqual([
    `ok: ${good} answers (HTTP 200)`,
    expect.stringMatching(`^error: ${gone} cannot be reached: .*connection refused`),
  ]);
  expect(told('secrets')).toEqual([
    expect.stringMatching(/^ok: .* has the mode 0640$/),
    expect.stringMatching(/^warning: .* has the mode 0644: everybody may read it/),
  ]);
  expect(told('watchdog')[0]).toMatch(/^warning: no service manager/);
});

test('it takes no longer than its limit', () => {
  expect(ms).toBeLessThan(3000);
});
