// What is known before anything is published: documents at the topics, and what the devices concerned report.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { type Addressee, formatTopic, parseTopic } from '../../../protocol/topics.ts';
import { FleetView } from '../../view/fleet-view.ts';
import type { Broker } from '../broker/broker.ts';
import { awaitRetained, type CutList } from '../broker/retained.ts';

export interface Stock {
  readonly view: FleetView;
  /** What is retained, by topic. */
  readonly documents: ReadonlyMap<string, Uint8Array>;
  /** Where the broker may have held something back. */
  readonly cut: readonly CutList[];
  /** What is subscribed to, so that nothing that a device says from now on is missed. */
  readonly filters: readonly string[];
}

interface Concerned {
  readonly prefix: string;
  readonly to: readonly Addressee[];
  readonly name: string;
}

/** Subscribes to what the devices report, and reads all that is retained of it. */
export async function takeStock(broker: Broker, concerned: Concerned): Promise<Stock> {
  const { prefix, to } = concerned;
  const view = new FleetView(prefix);
  broker.onMessage((message) => view.accept(message));
  const documents = new Map<string, Uint8Array>();
  const stop = broker.onMessage(({ topic, payload }) => {
    if (parseTopic(prefix, topic)?.kind === 'deployment' && payload.byteLength > 0)
      documents.set(topic, payload);
  });
  try {
    const reports = reportFilters(concerned);
    const own = topicsOf(to, concerned);
    const cut = await awaitRetained(broker, [own, ...reports]);
    const behind = topicsOf(groupsOf(to, view), concerned).filter((topic) => !own.includes(topic));
    if (behind.length > 0) await awaitRetained(broker, [behind]);
    await broker.unsubscribe([...own, ...behind]);
    return { view, documents, cut, filters: reports.flat() };
  } finally {
    stop();
  }
}

/** Of those that are devices. */
function groupsOf(to: readonly Addressee[], view: FleetView): Addressee[] {
  return to
    .flatMap((one) => (one.kind === 'device' ? (view.deviceOf(one.device).state?.groups ?? []) : []))
    .map((group) => ({ kind: 'group', group }));
}

function topicsOf(to: readonly Addressee[], { prefix, name }: Concerned): string[] {
  const topics = to.map((one) => formatTopic(prefix, { kind: 'deployment', to: one, name }));
  return [...new Set(topics)];
}

/** Of a group all devices are asked: which are of it, they tell themselves. */
function reportFilters({ prefix, to, name }: Concerned): string[][] {
  const leaves = ['presence', 'state', `status/${name}`];
  if (to.some(({ kind }) => kind === 'group')) return leaves.map((leaf) => [`${prefix}/devices/+/${leaf}`]);
  const devices = to.flatMap((one) => (one.kind === 'device' ? [one.device] : []));
  return [devices.flatMap((device) => leaves.map((leaf) => `${prefix}/devices/${device}/${leaf}`))];
}
