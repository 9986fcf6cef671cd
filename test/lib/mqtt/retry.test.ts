import { describe, expect, test } from 'vitest';
import type { Ending } from '../../../lib/mqtt/ending.ts';
import { decideRetry, firstRetry, type Retry } from '../../../lib/mqtt/retry.ts';
import type { Trouble } from '../../../lib/mqtt/trouble.ts';
import { fork } from '../../fakes/random.ts';

const ALMOST_ONE = (): number => 0.9999;
const FIRST_RETRY = firstRetry(8000);

const TROUBLES = {
  closed: { kind: 'closed' },
  unreachable: { kind: 'unreached', during: 'tcp', afterMs: 20_000 },
  session_taken: { kind: 'disconnected', reason: 142 },
  quota: { kind: 'disconnected', reason: 151 },
} as const satisfies Readonly<Record<string, Trouble>>;

function ending(name: keyof typeof TROUBLES, upForMs: number | null = null): Ending {
  return { trouble: TROUBLES[name], verdict: upForMs === null ? 'unknown' : 'worked', upForMs };
}

function nameOf(trouble: Trouble | null): string | undefined {
  if (trouble?.kind === 'suspected') return `suspected ${trouble.of}`;
  return Object.entries(TROUBLES).find(([, one]) => one === trouble)?.[0];
}

/** Delays in seconds, rounded up: the ceilings, as the draw is nearly one. */
function run(
  endings: readonly Ending[],
  first = FIRST_RETRY,
): { ceilings: number[]; codes: (string | undefined)[] } {
  let retry: Retry = first;
  const ceilings: number[] = [];
  const codes: (string | undefined)[] = [];
  for (const each of endings) {
    const decision = decideRetry(retry, each, ALMOST_ONE);
    retry = decision.retry;
    ceilings.push(Math.ceil(decision.delayMs / 1000));
    codes.push(nameOf(decision.trouble));
  }
  return { ceilings, codes };
}

test('delays double from one second to a minute', () => {
  const { ceilings } = run(Array.from({ length: 9 }, () => ending('unreachable')));
  expect(ceilings).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('a connection that stood for half a minute clears the record', () => {
  const away = Array.from({ length: 7 }, () => ending('unreachable'));
  expect(run([...away, ending('closed', 30_000)]).ceilings.at(-1)).toBe(8);
});

test('a connection that stood for a moment does not', () => {
  const away = Array.from({ length: 7 }, () => ending('unreachable'));
  expect(run([...away, ending('closed', 29_999)]).ceilings.at(-1)).toBe(60);
});

test('a connection that was lost is tried again within eight seconds, several times', () => {
  const { ceilings } = run([
    ending('closed', 3_600_000),
    ...Array.from({ length: 6 }, () => ending('unreachable')),
  ]);
  expect(ceilings).toEqual([8, 8, 8, 8, 16, 32, 60]);
});

test('a fleet that is to come back over half an hour does, at each try, and starts as soon as any', () => {
  const away = Array.from({ length: 8 }, () => ending('unreachable'));
  const first = firstRetry(1_800_000);
  expect(run(away, first).ceilings).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  const { ceilings } = run([ending('closed', 3_600_000), ...away, ending('closed', 500)], first);
  expect(new Set(ceilings)).toEqual(new Set([1800]));
});

test('a session taken over is backed off from harder', () => {
  const { ceilings } = run(Array.from({ length: 6 }, () => ending('session_taken', 500)));
  expect(ceilings).toEqual([30, 60, 120, 240, 300, 300]);
});

test('three closes running soon after connecting are told as a session taken', () => {
  const { codes, ceilings } = run(Array.from({ length: 4 }, () => ending('closed', 500)));
  expect(codes).toEqual(['closed', 'closed', 'suspected takeover', 'suspected takeover']);
  expect(ceilings).toEqual([8, 8, 30, 60]);
});

test('under suspicion half a minute is not enough to be trusted again, ten minutes are', () => {
  const taken = [ending('closed', 500), ending('closed', 500), ending('closed', 500)];
  expect(run([...taken, ending('closed', 599_999)])).toMatchObject({ ceilings: [8, 8, 30, 60] });
  const { codes, ceilings } = run([...taken, ending('closed', 600_000)]);
  expect([codes.at(-1), ceilings.at(-1)]).toEqual(['closed', 8]);
});

test('closes with something else between are not', () => {
  const { codes } = run([
    ending('closed', 1),
    ending('closed', 1),
    ending('unreachable'),
    ending('closed', 1),
  ]);
  expect(codes).toEqual(['closed', 'closed', 'unreachable', 'closed']);
});

test('closes of which the reason is known are told as what they are, however often, and back off', () => {
  const { codes, ceilings } = run(Array.from({ length: 6 }, () => ending('quota', 500)));
  expect(new Set(codes)).toEqual(new Set(['quota']));
  expect(ceilings).toEqual([8, 8, 8, 8, 16, 32]);
});

test('another version is tried at once, untold and without counting as a failure', () => {
  const refused: Ending = { ...ending('closed'), verdict: 'refused' };
  const decision = decideRetry(FIRST_RETRY, refused, ALMOST_ONE);
  expect(decision).toMatchObject({ delayMs: 0, trouble: null });
  expect(decision.retry.version.version).toBe('3.1.1');
  expect(decision.retry.normal.failures).toBe(0);
});

describe('ten thousand devices that lose their broker in the same moment', () => {
  const SEEDS = Array.from({ length: 10_000 }, (_, seed) => seed);
  const LOST = ending('closed', 3_600_000);
  const AWAY = ending('unreachable');

  /** When a device comes back to a broker that is away for so long, in seconds from the loss. */
  function returnOf(seed: number, awayMs: number): number {
    const random = fork(seed, 'device');
    let { retry, delayMs } = decideRetry(FIRST_RETRY, LOST, random);
    let nowMs = delayMs;
    while (nowMs < awayMs) {
      ({ retry, delayMs } = decideRetry(retry, AWAY, random));
      nowMs += delayMs;
    }
    return nowMs / 1000;
  }

  /** The most that come within one and the same second. */
  function worstSecond(returns: readonly number[]): number {
    const counts = new Map<number, number>();
    for (const atS of returns) counts.set(Math.floor(atS), (counts.get(Math.floor(atS)) ?? 0) + 1);
    return Math.max(...counts.values());
  }

  test.each([
    ['only drops them', 0, 1400, 8],
    ['restarts within three seconds', 3000, 2000, 16],
    ['is away for ten minutes', 600_000, 400, 60],
    ['is away for an hour', 3_600_000, 400, 60],
  ])('come back spread out when it %s', (_title, awayMs, mostInASecond, withinS) => {
    const returns = SEEDS.map((seed) => returnOf(seed, awayMs));
    expect(worstSecond(returns)).toBeLessThan(mostInASecond);
    expect(Math.max(...returns)).toBeLessThanOrEqual(awayMs / 1000 + withinS);
  });

  test('draw their delays evenly over the whole bound', () => {
    const tenths = new Array<number>(10).fill(0);
    for (const seed of SEEDS) {
      const { delayMs } = decideRetry(FIRST_RETRY, LOST, fork(seed, 'device'));
      const tenth = Math.floor(delayMs / 800);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // 1,000 each, give or take five standard deviations.
    for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
