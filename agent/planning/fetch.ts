// What the planner wants fetched, and how much of it is not here.
// Tested in test/agent/whole/plan.test.ts.

import type { Clock } from '../../lib/time/clock.ts';
import type { PlanAnswer } from '../../protocol/operations/plan.ts';
import { platformOf } from '../../protocol/values/platform.ts';
import { cutText } from '../../protocol/values/text.ts';
import type { ImageStanding } from '../model/observed.ts';
import { type Want, wantKey } from '../model/want.ts';
import type { ImagePart, ImageSizeLook, ImageSizes } from '../ports/image-sizes.ts';

/** An answer of two seconds, with what the engine takes besides. */
const LIMIT_MS = 1500;
const MAX_NOTE = 300;

export interface FetchContext {
  readonly sizes: ImageSizes;
  readonly clock: Clock;
  /** This device's own, as image indexes name it. */
  readonly architecture: string;
}

/** A want, and what its registry says of it. */
export interface Fetched {
  readonly want: Want;
  readonly look: ImageSizeLook;
  /** The image that is here already, where it is what would come. */
  readonly hereId: string | null;
}

type Standings = ReadonlyMap<string, ImageStanding>;

/** Rejects as the engine does. Ends by itself after 1.5 s. */
export async function lookAtImages(
  { wants, standings }: { readonly wants: readonly Want[]; readonly standings: Standings },
  { sizes, clock, architecture }: FetchContext,
  signal: AbortSignal,
): Promise<readonly Fetched[]> {
  const unique = [...new Map(wants.map((want) => [wantKey(plainOf(want)), want])).values()];
  const asked = unique.map(({ reference, platform }) => {
    return { reference, platform: platformOf(platform, architecture) };
  });
  const looks = await withinLimit(clock, signal, (limited) => sizes.look(asked, limited));
  return unique.map((want, index) => {
    const look = looks[index] ?? { kind: 'unknown', message: 'nobody was asked' };
    const here = standings.get(wantKey(plainOf(want)));
    const isSame = look.kind === 'told' && here?.kind === 'present' && look.ids.includes(here.imageId);
    return { want, look, hereId: isSame ? here.imageId : null };
  });
}

async function withinLimit<T>(
  clock: Clock,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal.addEventListener('abort', end);
  const limit = clock.sleep(LIMIT_MS, over.signal).then(end);
  try {
    return await work(over.signal);
  } finally {
    end();
    await limit;
    signal.removeEventListener('abort', end);
  }
}

/** As if all of it had come. What is not known to be here already counts as another image. */
export function afterFetch(standings: Standings, fetched: readonly Fetched[]): Standings {
  const come = fetched.flatMap(({ want, hereId }) => {
    const standing = { kind: 'present', imageId: hereId ?? `fetched ${want.reference}` } as const;
    return [want, plainOf(want)].map((one) => [wantKey(one), standing] as const);
  });
  return new Map([...standings, ...come]);
}

/** What is in several images comes once. */
export function fetchPart(fetched: readonly Fetched[]): PlanAnswer['fetch'] {
  const images = fetched.map(imagePart);
  const parts = new Map(fetched.flatMap(missingIn).map(({ digest, bytes }) => [digest, bytes]));
  const isKnown = images.every(({ bytes }) => bytes !== null);
  return { bytes: isKnown ? sum([...parts.values()]) : null, images };
}

function imagePart(fetched: Fetched): PlanAnswer['fetch']['images'][number] {
  const { want, look } = fetched;
  const { reference } = want;
  if (look.kind !== 'told')
    return { reference, bytes: null, layers: null, note: cutText(look.message, MAX_NOTE) };
  return {
    reference,
    bytes: sum(missingIn(fetched).map(({ bytes }) => bytes)),
    layers: { total: look.layers.length, missing: look.layers.filter(({ isHere }) => !isHere).length },
    note: want.freshFor === null ? null : 'asked for anew, as its pull_policy is always',
  };
}

function missingIn({ look, hereId }: Fetched): readonly ImagePart[] {
  if (look.kind !== 'told' || hereId !== null) return [];
  return [...look.documents, ...look.layers].filter(({ isHere }) => !isHere);
}

function plainOf(want: Want): Want {
  return { ...want, freshFor: null };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
