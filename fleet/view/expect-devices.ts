// Which devices a publication is for, and which of them are worth waiting for. Pure: data in, data out.
import type { Deployment } from '../../protocol/deployment/deployment.ts';
import type { Addressee } from '../../protocol/topics.ts';
import { takesPart } from '../../protocol/values/rollout.ts';
import type { DeviceView, FleetView } from './fleet-view.ts';
import { beats, followedSource, sourceOf } from './sources.ts';

/** `other_source`: it follows another document of that name. */
type SkipReason = 'offline' | 'other_source';

export type Expectation =
  | {
      readonly kind: 'awaited';
      readonly device: string;
      /** Whether the roll-out has come to it; until then it only takes the document. */
      readonly takesPart: boolean;
      readonly note: string | null;
    }
  | { readonly kind: 'skipped'; readonly device: string; readonly why: SkipReason; readonly note: string };

export interface Publications {
  readonly to: Addressee;
  readonly document: Deployment;
  /** All that are published together. */
  readonly all: readonly Addressee[];
}

/** One expectation per device that the document is for. Of a group these are the members that have reported. */
export function expectDevices(view: FleetView, publications: Publications): Expectation[] {
  const { to, document } = publications;
  if (to.kind === 'device') return [expectDevice(view.deviceOf(to.device), document)];
  return view
    .devices()
    .filter(({ state }) => state?.groups.includes(to.group) === true)
    .map((device) => expectMember(device, publications));
}

/** A device named outright is waited for also while it is offline: that was asked. */
function expectDevice(view: DeviceView, document: Deployment): Expectation {
  const { presence } = view;
  const note = presence === null ? 'has never reported' : presence.online ? null : describeOffline(view);
  return awaited(view, document, note);
}

function awaited({ device }: DeviceView, document: Deployment, note: string | null): Expectation {
  return { kind: 'awaited', device, takesPart: takesPart(document.rollout, device), note };
}

function expectMember(view: DeviceView, publications: Publications): Expectation {
  const { device, presence } = view;
  const other = otherSource(view, publications);
  if (other !== null) {
    const note = `follows the document of ${other === 'device' ? 'its own' : other} and not this one`;
    return { device, kind: 'skipped', why: 'other_source', note };
  }
  if (presence?.online === true) return awaited(view, publications.document, null);
  const note = `${presence === null ? 'has no presence' : describeOffline(view)}, and is not waited for`;
  return { device, kind: 'skipped', why: 'offline', note };
}

/** When it went is not known: a last will is written at the connect. */
function describeOffline({ presence }: DeviceView): string {
  return `is offline (it connected last at ${presence?.since ?? '?'})`;
}

/** The source that keeps the device from this document: of what it follows, or of what is published with it. */
function otherSource(view: DeviceView, { to, document, all }: Publications): string | null {
  const { device, state } = view;
  const groups = state?.groups ?? [];
  const published = all.filter((one) => one.kind === 'group' || one.device === device).map(sourceOf);
  const followed = followedSource(view.statuses.get(document.name));
  const sources = followed === null ? published : [followed, ...published];
  return sources.find((source) => beats(source, sourceOf(to), groups)) ?? null;
}
