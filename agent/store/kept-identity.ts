// Who this device was at its last start: its revisions are counted per topic, and the topics bear its id.
import type { NewEvent } from '../../protocol/reports/events.ts';

export interface Identity {
  readonly device: string;
  readonly topicPrefix: string;
  /** The host name that the id would be taken from; `null` where the id is configured. */
  readonly hostName: string | null;
}

/** What a start has to do about who the device was before. */
export interface IdentityChange {
  /** Whose accepted revisions are of topics that are no longer read. Their documents stay. */
  readonly outdated: 'none' | 'own' | 'all';
  readonly events: readonly NewEvent[];
}

/** `null` for a device that starts for the first time. */
export function compareIdentity(before: Identity | null, now: Identity): IdentityChange {
  if (before === null) return { outdated: 'none', events: [] };
  const isRenamed = before.device !== now.device;
  const isMoved = before.topicPrefix !== now.topicPrefix;
  const { device, hostName } = now;
  const events: NewEvent[] = [];
  if (isRenamed) events.push({ type: 'device_renamed', from: before.device, to: device });
  if (isMoved) events.push({ type: 'topic_prefix_changed', from: before.topicPrefix, to: now.topicPrefix });
  if (hostName !== null && hostName !== before.hostName && hostName !== device)
    events.push({ type: 'host_name_changed', host_name: hostName, device });
  return { outdated: isMoved ? 'all' : isRenamed ? 'own' : 'none', events };
}
