// The broker, and the line to it.
import { clientIdOf } from '../../../agent/line/own-messages.ts';
import { DEFAULT_TOPIC_PREFIX, formatTopic, parseAddressee } from '../../../protocol/topics.ts';
import type { MemoryBroker } from '../../fakes/memory-broker.ts';
import { between } from '../../fakes/random.ts';
import type { FaultKind, Site } from './fault-kind.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 86_400_000;

const weeks = ({ random }: Site): number => between(random, 2, 4) * WEEK_MS;

function takeAway({ world, fleet, lastsMs }: Site, isForgetful: boolean): void {
  world.broker.goDown({ isForgetful });
  world.clock.schedule(lastsMs, () => {
    world.broker.comeUp();
    fleet.publishAll();
  });
}

/** Documents of some time ago, from a broker that was restored from a copy. */
function serveStale({ world, fleet }: Site): void {
  if (!world.broker.isUp) return;
  for (const standing of fleet.standings) {
    const to = parseAddressee(standing.source === 'device' ? `devices/${world.device}` : standing.source);
    if (to === null) continue;
    const topic = formatTopic(DEFAULT_TOPIC_PREFIX, { kind: 'deployment', to, name: standing.deployment });
    world.broker.publish(topic, fleet.staleBody(standing), { retain: true });
  }
}

/** Retained, it comes again at every connect; there is no topic to answer it in. */
function publishBadName({ world }: Site): void {
  const topic = `${DEFAULT_TOPIC_PREFIX}/devices/${world.device}/deployments/No Name`;
  if (world.broker.isUp) world.broker.publish(topic, '{}', { retain: true });
}

/** While the connection stands; the device asks again within the hour or so. */
function trouble({ world, lastsMs }: Site, name: keyof MemoryBroker['trouble'], share: number): void {
  world.broker.trouble[name] = share;
  world.clock.schedule(Math.min(lastsMs, 2 * HOUR_MS), () => {
    world.broker.trouble[name] = 0;
  });
}

/** A member of a cluster takes over with nothing retained. A manager notices, publishes anew and asks for a report. */
function loseRetained({ world, fleet, lastsMs }: Site): void {
  if (!world.broker.isUp) return;
  world.broker.retained.clear();
  world.clock.schedule(lastsMs, () => {
    fleet.publishAll();
    fleet.askForReport();
  });
}

/** Somebody else with the same id: each throws the other out. */
function joinAsSecond({ world, random, lastsMs }: Site): void {
  const endMs = world.clock.monotonicMs() + Math.min(lastsMs, 3_600_000);
  const join = (): void => {
    if (!world.broker.isUp || world.clock.monotonicMs() > endMs) return;
    const client = world.broker.connect({
      clientId: clientIdOf(world.device),
      will: null,
      onMessage: () => true,
      onEnd: () => undefined,
    });
    world.clock.schedule(between(random, 1000, 60_000), () => {
      client.leave();
      join();
    });
  };
  join();
}

export const brokerFaults: readonly FaultKind[] = [
  { kind: 'broker_away', strike: (site) => takeAway(site, false) },
  {
    kind: 'broker_away_for_weeks',
    strike: (site) => takeAway({ ...site, lastsMs: weeks(site) }, false),
  },
  { kind: 'broker_forgets', strike: (site) => takeAway({ ...site, lastsMs: site.lastsMs / 10 }, true) },
  { kind: 'broker_drops', strike: ({ world }) => world.broker.disconnect() },
  {
    kind: 'broker_flapping',
    strike: ({ world, random }) => {
      for (let n = 0; n < 30; n += 1)
        world.clock.schedule(between(random, 0, 10 * 60_000), () => world.broker.disconnect());
    },
  },
  {
    kind: 'broker_duplicates',
    strike: ({ world, lastsMs }) => {
      world.broker.trouble.duplicated = 0.5;
      world.clock.schedule(lastsMs, () => {
        world.broker.trouble.duplicated = 0;
      });
    },
  },
  {
    kind: 'broker_reorders',
    strike: ({ world, random, lastsMs }) => {
      world.broker.trouble.reordered = between(random, 0.1, 0.6);
      world.clock.schedule(lastsMs, () => {
        world.broker.trouble.reordered = 0;
      });
    },
  },
  {
    kind: 'broker_loses_answers',
    strike: ({ world, random, lastsMs }) => {
      world.broker.trouble.lostAnswers = between(random, 0.05, 0.5);
      world.clock.schedule(lastsMs, () => {
        world.broker.trouble.lostAnswers = 0;
      });
    },
  },
  {
    kind: 'broker_refuses_subscriptions',
    strike: (site) => {
      trouble(site, 'refused', between(site.random, 0.3, 1));
      site.world.broker.disconnect();
    },
  },
  { kind: 'broker_drops_messages', strike: (site) => trouble(site, 'dropped', between(site.random, 0.3, 1)) },
  { kind: 'broker_loses_retained', strike: loseRetained },
  { kind: 'broker_serves_stale', strike: serveStale },
  { kind: 'name_is_no_name', strike: publishBadName },
  { kind: 'second_client', strike: joinAsSecond },
];
