// The registry, and the line to it.
import { type PullFault, STALL } from '../../fakes/engine/images.ts';
import { between, pick } from '../../fakes/random.ts';
import type { FaultKind, Site } from './fault-kind.ts';

function failPulls({ world, fleet, random }: Site, fault: () => PullFault | typeof STALL): void {
  const times = 1 + Math.floor(random() * 3);
  for (const image of fleet.images)
    for (let n = 0; n < times; n += 1) world.registry.failNext(image, fault());
}

/** What engines were heard to say of a registry. */
const WORDS = [
  'received unexpected HTTP status: 503 Service Unavailable',
  'toomanyrequests: You have reached your pull rate limit. retry-after: 61.5s',
  "error parsing HTTP 403 response body: invalid character '<' looking for beginning of value",
  'unauthorized: authentication required',
  'manifest unknown: manifest unknown',
  'failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header',
  'filesystem layer verification failed for digest sha256:0123',
] as const;

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
    strike: (site) => failPulls(site, () => ({ code: 'pull_failed', afterShare: site.random() })),
  },
  { kind: 'pull_stalls', strike: (site) => failPulls(site, () => STALL) },
  {
    kind: 'auth_expired',
    strike: (site) => failPulls(site, () => ({ code: 'registry_auth' })),
  },
  {
    kind: 'image_of_another_cpu',
    strike: (site) => failPulls(site, () => ({ code: 'no_matching_platform' })),
  },
  {
    kind: 'registry_answers_badly',
    strike: (site) => failPulls(site, () => ({ words: pick(site.random, WORDS), afterShare: site.random() })),
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
