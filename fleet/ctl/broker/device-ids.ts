// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { parseTopic } from '../../../protocol/topics.ts';
import type { Broker } from './broker.ts';
import { awaitRetained } from './retained.ts';

/** The ids of all devices that have ever connected. */
export async function readDeviceIds(broker: Broker, prefix: string): Promise<string[]> {
  const ids = new Set<string>();
  const stop = broker.onMessage(({ topic }) => {
    const parsed = parseTopic(prefix, topic);
    if (parsed?.kind === 'presence') ids.add(parsed.device);
  });
  try {
    await awaitRetained(broker, [[`${prefix}/devices/+/presence`]]);
    return [...ids];
  } finally {
    stop();
  }
}
