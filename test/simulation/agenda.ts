// All that is going to happen in a run from outside, drawn before it begins: so that a run can be shortened and
// thinned out without a change to what is left of it.

import type { Random } from '../../agent/ports/clock.ts';
import { PHASE_TABLE } from '../../agent/reconcile/phases.ts';
import { between, fork, pick } from '../fakes/random.ts';
import type { Standing } from '../fakes/standing.ts';
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
  const faults = Array.from({ length: profile.faultCount }, (_, n) => drawIncident(profile, n, spanMs));
  const acts = Array.from({ length: profile.actCount }, (_, n) => drawActs(profile, n, spanMs)).flat();
  return [...faults, ...acts]
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
  return [act, { ...act, id: `a${n}c`, atMs: atMs + laterMs, kind: 'deploy' }];
}

function drawIncident(profile: Profile, n: number, spanMs: number): Incident {
  const random = fork(profile.seed, `fault ${n}`);
  const isAmbush = random() < 0.6;
  return {
    what: 'fault',
    id: `f${n}`,
    atMs: random() * spanMs,
    kind: drawKind(profile.weights, random),
    ambush: isAmbush ? { standing: pick(random, STANDINGS), delayMs: drawDelay(random) } : null,
    lastsMs: drawLength(random),
  };
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

/** In the very moment, or soon after. */
function drawDelay(random: Random): number {
  return pick(random, [0, between(random, 0, 200), between(random, 0, 5000), between(random, 0, 60_000)]);
}

/** From a second to some weeks; short ones are the more common. */
function drawLength(random: Random): number {
  return Math.round(1000 * 10 ** (random() ** 1.5 * 6.3));
}
