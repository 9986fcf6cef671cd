// The registry, and the line to it.
import { type PullFault, STALL } from '../../fakes/engine/images.ts';
import { between } from '../../fakes/random.ts';
import type { FaultKind, Site } from './fault-kind.ts';

function failPulls({ world, fleet, random }: Site, fault: () => PullFault | typeof STALL): void {
  const times = 1 + Math.floor(random() * 3);
  for (const image of fleet.images)
    for (let n = 0; n < times; n += 1) world.registry.failNext(image, fault());
}

export const registryFaults: readonly FaultKind[] = [
  {
    kind: 'registry_away',
    strike: ({ world, lastsMs }) => {
      world.registry.isReachable = false;
      world.clock.schedule(lastsMs, () => {
        world.registry.isReachable = true;
      });
    },
  },
  {
    kind: 'pull_breaks',
    strike: (site) =>
      failPulls(site, () => ({ code: 'pull_failed', isTransient: true, afterShare: site.random() })),
  },
  { kind: 'pull_stalls', strike: (site) => failPulls(site, () => STALL) },
  {
    kind: 'auth_expired',
    strike: (site) => failPulls(site, () => ({ code: 'registry_auth', isTransient: false })),
  },
  {
    kind: 'image_of_another_cpu',
    strike: (site) => failPulls(site, () => ({ code: 'no_matching_platform', isTransient: false })),
  },
  {
    kind: 'registry_slow',
    strike: ({ world, random, lastsMs }) => {
      world.registry.bytesPerSecond = between(random, 20_000, 2_000_000);
      world.clock.schedule(lastsMs, () => {
        world.registry.bytesPerSecond = 20_000_000;
      });
    },
  },
  {
    kind: 'tag_moved',
    strike: ({ world, fleet, random }) => {
      const image = fleet.images[Math.floor(random() * fleet.images.length)];
      if (image !== undefined && fleet.classOf(image) !== 'missing') world.registry.push(image);
    },
  },
];
