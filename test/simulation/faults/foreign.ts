// What others run on the same engine, and no agent may touch.

import { instancesOf } from '../../../agent/model/instance.ts';
import { desiredOf } from '../../fakes/desired.ts';
import { Container } from '../../fakes/engine/container.ts';
import type { World } from '../../fakes/world.ts';

export const FOREIGN = 'foreign';
const IMAGE = 'registry.test/foreign:1';

export function startForeign({ daemon }: World): void {
  if (daemon.images.find(IMAGE) === null) daemon.images.load(IMAGE, 'arm64');
  const { services } = desiredOf({
    schema: 'holdfast.deployment/1',
    name: FOREIGN,
    revision: 1,
    state: 'present',
    services: { app: { image: IMAGE } },
  });
  const [spec] = instancesOf(services);
  if (spec === undefined) throw new Error('no service');
  // Of its own hand-made network it needs none here.
  const name = `${FOREIGN}-${daemon.containers.size}`;
  const container = daemon.create(FOREIGN, { spec: { ...spec, networks: {} }, name, peers: {} });
  daemon.volumes.set(`${FOREIGN}/data`, { options: {} });
  if (container instanceof Container) container.start();
}
