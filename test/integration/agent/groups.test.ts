// Documents for groups: whose wins, and which devices take part.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runHoldfastctl } from '../../fleet/support/run-holdfastctl.ts';
import { absent, hello, present } from '../support/documents.ts';
import type { Manager } from '../support/manager.ts';
import { World } from '../support/world.ts';

const V1 = inject('rig').images['hello:1.0.0'].reference;

let world: World;
let manager: Manager;
let broker: string;
let first: string;
let second: string;

beforeAll(async () => {
  world = new World();
  [first, second] = [world.name('berlin'), world.name('all')];
  ({ url: broker } = await world.mosquitto());
  manager = await world.manager();
  await world.agent({ groups: [first, second] });
});
afterAll(() => world.close());

/** A document that shows in the container's environment whose it is. */
function from(source: string, name: string, revision: number) {
  return present(name, revision, { hello: hello(V1, { environment: { FROM: source } }) });
}

async function expectRuns(name: string, source: string): Promise<void> {
  expect((await world.engine.running(name)).Config.Env).toContain(`FROM=${source}`);
}

test("a device's own document beats its groups', and among groups the first in the configuration wins", async () => {
  const name = world.name('web');
  await manager.publish(name, from('second', name, 9), `groups/${second}`);
  expect(await manager.phase(name, 'converged', 9)).toMatchObject({ source: `groups/${second}` });
  await expectRuns(name, 'second');

  await manager.publish(name, from('first', name, 2), `groups/${first}`);
  expect(await manager.phase(name, 'converged', 2)).toMatchObject({ source: `groups/${first}` });
  await expectRuns(name, 'first');

  await manager.publish(name, from('own', name, 1));
  expect(await manager.phase(name, 'converged', 1)).toMatchObject({ source: 'device' });
  await expectRuns(name, 'own');
  const before = await world.engine.identity(name);

  // Accepted, but not followed.
  await manager.publish(name, from('first', name, 3), `groups/${first}`);
  await manager.event('the group document', ({ type, source, revision }) => {
    return type === 'document_accepted' && source === `groups/${first}` && revision === 3;
  });
  await manager.publish(name, from('first', name, 1), `groups/${first}`);
  expect(await manager.refusal(name, 'stale')).toMatchObject({ revision: 1 });
  expect(await world.engine.identity(name)).toEqual(before);
  expect(manager.latest(name)).toMatchObject({
    source: 'device',
    desired: { revision: 1 },
    phase: 'converged',
  });
});

test('a revision is tried on one device of a group by holdfastctl, and ended there', async () => {
  const name = world.name('trial');
  const group = `groups/${first}`;
  const device = `devices/${world.device}`;
  const file = path.join(world.dir, 'compose.yaml');
  const ctl = (...args: string[]) => runHoldfastctl([...args, '--wait', '--timeout', '60s'], { broker });
  const deploy = (to: string, trial: number) => {
    const service = `{image: "${V1}", environment: {TRIAL: "${trial}"}}`;
    writeFileSync(file, `services: {hello: ${service}}\nx-holdfast: {update: {healthy_after: 1s}}\n`);
    return ctl('deploy', file, '--name', name, '--to', to);
  };
  expect(await deploy(group, 1)).toMatchObject({ code: 0 });
  const own = await deploy(device, 2);
  expect(own).toMatchObject({ code: 0 });
  expect(own.stderr).toContain(`follows its own document and not ${group}`);
  expect((await deploy(group, 3)).stdout).toContain('follows the document of its own and not this one');
  const ended = await ctl('remove', name, '--to', device, '--inherit');
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain(`follows ${group} again: converged at its revision 2`);
  expect(await deploy(group, 4)).toMatchObject({ code: 0 });
  expect(manager.latest(name)).toMatchObject({ source: group, desired: { revision: 3 } });
});

test('a group that the device is not in says nothing to it', async () => {
  const [name, marker] = [world.name('foreign'), world.name('marker')];
  await manager.publish(name, from('hamburg', name, 1), `groups/${world.name('hamburg')}`);
  await manager.publish(marker, from('own', marker, 1));
  await manager.phase(marker, 'converged', 1);
  expect(manager.statusesOf(name)).toEqual([]);
  expect(await world.engine.containersOf(name)).toEqual([]);
});

test('a roll-out of 0 percent is not taken part in: nothing starts, what runs stays, and it is told', async () => {
  const [fresh, running] = [world.name('fresh'), world.name('running')];
  const rollout = (percent: number) => ({ rollout: { percent, salt: 'r' } });
  const group = `groups/${first}`;
  await manager.publish(running, from('old', running, 1), group);
  await manager.phase(running, 'converged', 1);
  const before = await world.engine.identity(running);

  await manager.publish(fresh, { ...from('new', fresh, 1), ...rollout(0) }, group);
  await manager.publish(running, { ...from('new', running, 2), ...rollout(0) }, group);
  const waiting = await manager.status(
    fresh,
    'not in roll-out',
    ({ reason }) => reason?.code === 'not_in_rollout',
  );
  expect(waiting).toMatchObject({ phase: 'waiting', desired: { revision: 1 }, running: null });
  const kept = await manager.status(
    running,
    'not in roll-out',
    ({ reason }) => reason?.code === 'not_in_rollout',
  );
  expect(kept).toMatchObject({ desired: { revision: 2 }, running: { revision: 1 } });
  expect(await world.engine.containersOf(fresh)).toEqual([]);
  expect(await world.engine.identity(running)).toEqual(before);

  await manager.publish(running, { ...from('new', running, 3), ...rollout(100) }, group);
  await manager.phase(running, 'converged', 3);
  await expectRuns(running, 'new');
  await manager.publish(running, absent(running, 4), group);
  await manager.phase(running, 'removed', 4);
});
