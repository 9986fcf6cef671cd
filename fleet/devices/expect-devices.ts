// Which devices a publication is for, and which of them are worth waiting for. Pure: data in, data out.
import type { Deployment } from '../../protocol/deployment.ts';
import { takesPart } from '../../protocol/rollout.ts';
import type { Addressee } from '../../protocol/topics.ts';
import type { DeviceView, FleetView } from './fleet-view.ts';

/** `rollout`: its number is not up yet. `other_source`: it follows another document of that name. */
type SkipReason = 'offline' | 'rollout' | 'other_source';

export type Expectation =
  | { readonly device: string; readonly kind: 'awaited'; readonly note: string | null }
  | { readonly device: string; readonly kind: 'skipped'; readonly why: SkipReason; readonly note: string };

/** One expectation per device that the document is for. Of a group these are the members that have reported. */
export function expectDevices(view: FleetView, to: Addressee, document: Deployment): Expectation[] {
  if (to.kind === 'device') return [expectDevice(view.deviceOf(to.device), document)];
  return view
    .devices()
    .filter(({ state }) => state?.groups.includes(to.group) === true)
    .map((device) => expectMember(device, to.group, document));
}

/** A device named outright is waited for also while it is offline: that was asked. */
function expectDevice(view: DeviceView, document: Deployment): Expectation {
  const { device, presence } = view;
  if (!takesPart(document.rollout, device)) return notItsTurn(device, document);
  if (presence === null) return { device, kind: 'awaited', note: 'has never reported' };
  return { device, kind: 'awaited', note: presence.online ? null : `is offline since ${presence.since}` };
}

function expectMember(view: DeviceView, group: string, document: Deployment): Expectation {
  const { device, presence } = view;
  if (followsAnother(view, group, document.name)) {
    const source = view.statuses.get(document.name)?.source ?? 'another';
    const note = `follows the document of ${source === 'device' ? 'its own' : source} and not this one`;
    return { device, kind: 'skipped', why: 'other_source', note };
  }
  if (!takesPart(document.rollout, device)) return notItsTurn(device, document);
  if (presence?.online === true) return { device, kind: 'awaited', note: null };
  const note = presence === null ? 'has no presence' : `is offline since ${presence.since}`;
  return { device, kind: 'skipped', why: 'offline', note: `${note}, and is not waited for` };
}

function notItsTurn(device: string, { rollout }: Deployment): Expectation {
  const note = `does not take part in a roll-out of ${rollout?.percent ?? 0} %, and keeps what it runs`;
  return { device, kind: 'skipped', why: 'rollout', note };
}

/** A device's own document beats a group's; among groups, the first in its configuration wins. */
function followsAnother(view: DeviceView, group: string, name: string): boolean {
  const status = view.statuses.get(name);
  if (status === undefined || status.phase === 'removed') return false;
  if (status.source === 'device') return true;
  const groups = view.state?.groups ?? [];
  const followed = groups.indexOf(status.source.replace(/^groups\//, ''));
  return followed !== -1 && followed < groups.indexOf(group);
}
