// All that is going to happen in a run from outside, drawn before it begins: so that a run can be shortened and
// thinned out without a change to what is left of it.

import { PHASE_TABLE } from '../../agent/model/phases.ts';
import type { Random } from '../../lib/time/clock.ts';
import { between, fork, pick } from '../fakes/random.ts';
import type { Standing } from '../fakes/standing.ts';
import { faultKinds } from './faults/kinds.ts';
import { type ActKind, drawAct } from './fleet/acts.ts';
import type { Profile } from './profile.ts';

interface Entry {
  /** Names it in a replay: `f3` is a fault, `a3` an act of the fleet's people. */
  readonly id: string;
  readonly atMs: number;
}

export interface Incident extends Entry {
  readonly what: 'fault';
  readonly kind: string;
  /** It strikes `delayMs` after a deployment entered this step; `null`: at its time. */
  readonly ambush: { readonly standing: Standing; readonly delayMs: number } | null;
  /** How long it lasts, where it lasts. */
  readonly lastsMs: number;
}

export interface Act extends Entry {
  readonly what: 'act';
  readonly kind: ActKind;
  /** Whose numbers it draws: a correction is of the same deployment and topic as what it corrects. */
  readonly part: string;
}

export type AgendaItem = Incident | Act;

const HOUR_MS = 3_600_000;
const CORRECTED: ReadonlySet<ActKind> = new Set(['deploy_bad', 'deploy_flaky', 'deploy_missing', 'hasty']);
const STANDINGS = Object.keys(PHASE_TABLE) as [Standing, ...Standing[]];

/** In order of time. `only` names those that are to be kept. */
export function drawAgenda(profile: Profile, only: ReadonlySet<string> | null): AgendaItem[] {
  const spanMs = profile.hours * HOUR_MS;
  const acts = Array.from({ length: profile.actCount }, (_, n) => drawActs(profile, n, spanMs)).flat();
  const faults = Array.from({ length: profile.faultCount }, (_, n) => drawIncident(profile, n, acts));
  return [...faults, ...acts, ...drawMoves(profile, spanMs), ...drawPauses(profile, acts)]
    .filter(({ id }) => only === null || only.has(id))
    .toSorted((a, b) => a.atMs - b.atMs);
}

/** An act, and what corrects it where it was none too good: nobody leaves a fleet crashing for weeks. */
function drawActs({ seed }: Profile, n: number, spanMs: number): Act[] {
  const random = fork(seed, `act ${n}`);
  const kind = n === 0 ? 'deploy' : drawAct(random);
  const atMs = n === 0 ? 0 : random() * spanMs;
  const act: Act = { what: 'act', id: `a${n}`, atMs, kind, part: `act ${n} itself` };
  if (!CORRECTED.has(kind)) return [act];
  const laterMs = 10 * 60_000 * 10 ** (random() * 1.86);
  const correction: Act = { ...act, id: `a${n}c`, atMs: atMs + laterMs, kind: 'deploy' };
  // Mostly once more before that, as it stands.
  const again: Act = { ...act, id: `a${n}b`, atMs: atMs + laterMs * 0.7, kind: 'again' };
  return fork(seed, `act ${n} again`)() < 0.6 ? [act, again, correction] : [act, correction];
}

/** Of tags, where a deployment asks for what they name: from numbers of their own, after all other acts. */
function drawMoves({ seed, actCount, deployments }: Profile, spanMs: number): Act[] {
  const random = fork(seed, 'moves of tags');
  const count = deployments.some(({ isPulledAnew }) => isPulledAnew) ? 1 + Math.floor(random() * 6) : 0;
  return Array.from({ length: count }, (_, n): Act => {
    const id = `a${actCount + n}`;
    return { what: 'act', id, atMs: random() * spanMs, kind: 'move_tag', part: `move ${n} itself` };
  });
}

const PAUSES: readonly [ActKind, ...ActKind[]] = [
  ...(['pause', 'pause', 'pause', 'pause_dark', 'resume', 'restart'] as const),
];

/** Where somebody comes to the device now and then: from numbers of their own, so that other devices live as ever. */
function drawPauses({ seed, hours }: Profile, acts: readonly Act[]): Act[] {
  const random = fork(seed, 'pauses');
  const count = random() < 0.25 ? 1 + Math.floor(random() * 8) : 0;
  return Array.from({ length: count }, (_, n): Act => {
    const act = acts[Math.floor(random() * acts.length)];
    // Mostly about the time at which something is done anyway.
    const nearMs = (act?.atMs ?? 0) + between(random, -5 * 60_000, 10 * 60_000);
    const atMs = random() < 0.7 ? Math.max(0, nearMs) : random() * hours * HOUR_MS;
    return { what: 'act', id: `p${n}`, atMs, kind: pick(random, PAUSES), part: `pause ${n} itself` };
  });
}

function drawIncident(profile: Profile, n: number, acts: readonly Act[]): Incident {
  const random = fork(profile.seed, `fault ${n}`);
  const isAmbush = random() < 0.6;
  const atMs = drawTime(profile, acts, random);
  const kind = drawKind(profile.weights, random);
  const ambush = isAmbush ? { standing: drawStanding(kind, random), delayMs: drawDelay(random) } : null;
  return {
    ...{ what: 'fault', id: `f${n}`, kind, ambush },
    atMs: ambush === null ? atMs : (drawTimeBefore(ambush.standing, acts, random) ?? atMs),
    lastsMs: drawLength(random),
  };
}

function drawStanding(kind: string, random: Random): Standing {
  const standing = pick(random, STANDINGS);
  const favoured = faultKinds.get(kind)?.favours;
  return favoured !== undefined && random() < 0.7 ? favoured : standing;
}

/** At any time, when a device is mostly idle, or while what somebody has done is still under way. */
function drawTime({ hours }: Profile, acts: readonly Act[], random: Random): number {
  const act = acts[Math.floor(random() * acts.length * 2)];
  return act === undefined ? random() * hours * HOUR_MS : act.atMs + random() * HOUR_MS;
}

const FAILING: ReadonlySet<ActKind> = new Set(['deploy_bad', 'deploy_flaky', 'hasty']);
const WITHDRAWING: ReadonlySet<ActKind> = new Set(['withdraw']);
/** What leads to the steps that are seldom entered. */
const LEADING: Readonly<Partial<Record<Standing, ReadonlySet<ActKind>>>> = {
  ...{ condemned: FAILING, rolling_back: FAILING, rolled_back: FAILING, unproven: FAILING },
  ...{ removing: WITHDRAWING, removed: WITHDRAWING },
};

/** Shortly before somebody does what may lead to that step; `null` where nobody does. */
function drawTimeBefore(standing: Standing, acts: readonly Act[], random: Random): number | null {
  const leading = acts.filter(({ kind }) => LEADING[standing]?.has(kind));
  const act = leading[Math.floor(random() * leading.length)];
  return act === undefined ? null : Math.max(0, act.atMs - random() * HOUR_MS);
}

function drawKind(weights: ReadonlyMap<string, number>, random: Random): string {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  let left = random() * total;
  for (const [kind, weight] of weights) {
    left -= weight;
    if (left < 0) return kind;
  }
  return [...weights.keys()].at(-1) ?? '';
}

/** In the very moment, or soon after; or as late as the waits of what crashes in a loop are long. */
function drawDelay(random: Random): number {
  const soonMs = between(random, 0, 200);
  const laterMs = between(random, 0, 10 * 60_000);
  return pick(random, [0, 0, soonMs, between(random, 0, 5000), between(random, 0, 60_000), laterMs]);
}

/** From a second to some weeks; short ones are the more common. */
function drawLength(random: Random): number {
  return Math.round(1000 * 10 ** (random() ** 1.5 * 6.3));
}
