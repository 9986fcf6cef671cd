// Which containers are ours. Labels are copied with an image or by a tool, so they tell what a container looks like,
// not who made it. The agent knows the containers that it created by id, and one whose id could not be stored any
// more (a crash, an answer that was lost) by the name that the record gave it before: no two containers of an engine
// have the same name, and none that was there before has a name that is drawn now.

import type { Decision } from '../../model/decision.ts';
import { type Instance, type InstanceSpec, keyOf } from '../../model/instance.ts';
import type { Observed, ObservedContainer } from '../../model/observed.ts';
import { type DeploymentRecord, NOTHING_OWNED, type Own } from '../../model/record.ts';
import type { Step, StepOutcome } from '../../model/steps.ts';

/** A container that is not seen at one look may be at the next: so many ids of such are remembered. */
const MAX_GONE = 50;
/** Creations that were begun and of which nothing was heard. */
const MAX_EXPECTED = 100;
/** Strangers that are told. */
const MAX_STRANGERS = 20;

interface Sight {
  readonly deployment: string;
  readonly record: DeploymentRecord;
  /** All that bear our labels. */
  readonly observed: Observed;
}

/** The record with what this look adds to it, and what was seen without the containers of strangers. */
export function recognise({ deployment, record, observed }: Sight): {
  record: DeploymentRecord;
  observed: Observed;
} {
  const { containers } = observed;
  const before = record.own ?? adopt(deployment, containers);
  const awaited = containers.filter((container) => isAwaited(before, container));
  const known = [...before.known, ...awaited.map(({ id }) => id)];
  const ours = containers.filter(({ id }) => known.includes(id));
  const expected = before.expected.filter(
    ({ name }) => !awaited.some((container) => container.name === name),
  );
  const strangers = toldStrangers(
    before,
    containers.filter((container) => !ours.includes(container)),
  );
  return {
    record: { ...record, own: { known: forgetGone(known, ours), expected, strangers } },
    observed: { ...observed, containers: ours },
  };
}

/**
 * Where no ids are known, as the store was lost or an older agent kept none, labels are believed once, together
 * with the name: that one is not copied.
 */
function adopt(deployment: string, containers: readonly ObservedContainer[]): Own {
  const ours = containers.filter((container) =>
    `${container.name}-`.startsWith(`${nameStem(deployment, container, container.specHash)}-`),
  );
  return { ...NOTHING_OWNED, known: ours.map(({ id }) => id) };
}

function isAwaited({ known, expected }: Own, container: ObservedContainer): boolean {
  const { id, name, specHash } = container;
  if (known.includes(id)) return false;
  const service = keyOf(container);
  return expected.some((one) => one.name === name && one.service === service && one.spec === specHash);
}

function forgetGone(known: readonly string[], ours: readonly ObservedContainer[]): string[] {
  const there = new Set(ours.map(({ id }) => id));
  const gone = known.filter((id) => !there.has(id));
  return [...gone.slice(-MAX_GONE), ...known.filter((id) => there.has(id))];
}

function toldStrangers({ strangers }: Own, seen: readonly ObservedContainer[]): Own['strangers'] {
  const still = strangers.filter(({ id }) => seen.some((container) => container.id === id));
  const fresh = seen.filter(({ id }) => !strangers.some((stranger) => stranger.id === id));
  return [...still, ...fresh.map(({ id, name, service }) => ({ id, name, service }))].slice(0, MAX_STRANGERS);
}

/** The name for a container of `spec`: the one that a creation was begun with, else a new one that nobody can have. */
export function nameFor(
  spec: InstanceSpec,
  { record, deployment, chance }: { record: DeploymentRecord; deployment: string; chance: number },
): string {
  const begun = record.own?.expected.find(
    (one) => one.service === keyOf(spec.instance) && one.spec === spec.hash,
  );
  const suffix = Math.floor(chance * 16 ** 8)
    .toString(16)
    .padStart(8, '0');
  return begun?.name ?? `${nameStem(deployment, spec.instance, spec.hash)}-${suffix}`;
}

/** What is behind a dot is the index: the engine takes no `#` in a name. */
function nameStem(deployment: string, { service, index }: Instance, spec: string): string {
  const stem = `${deployment}-${service}-${spec.slice('sha256:'.length, 'sha256:'.length + 8)}`;
  return index === 0 ? stem : `${stem}.${index}`;
}

/** The decision with the names of all that it creates in its record: what bears them at the next look is ours. */
export function expectCreated(decision: Decision): Decision {
  const created = decision.steps.filter((step) => step.kind === 'create_container');
  if (created.length === 0) return decision;
  const own = decision.record.own ?? NOTHING_OWNED;
  const fresh = created.filter(({ name }) => !own.expected.some((one) => one.name === name));
  const begun = fresh.map(({ name, spec }) => ({ name, service: keyOf(spec.instance), spec: spec.hash }));
  const expected = [...own.expected, ...begun].slice(-MAX_EXPECTED);
  return { ...decision, record: { ...decision.record, own: { ...own, expected } } };
}

/** The record after a creation was answered. One that failed may have taken effect all the same. */
export function noteCreation(
  record: DeploymentRecord,
  { name }: Extract<Step, { kind: 'create_container' }>,
  outcome: StepOutcome,
): DeploymentRecord {
  const own = record.own ?? NOTHING_OWNED;
  const expected = own.expected.filter((one) => one.name !== name);
  // Somebody else has it: the next try takes another.
  if (!outcome.ok) return outcome.code === 'name_taken' ? { ...record, own: { ...own, expected } } : record;
  const { container } = outcome;
  if (container === undefined) return record;
  const known = [...own.known.filter((id) => id !== container), container];
  return { ...record, own: { ...own, known, expected } };
}
