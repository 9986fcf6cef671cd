// How many subnets the engine has left for networks. Its pools are cut into subnets of one size; it gives away none that
// overlaps a network's.

/** As `docker info` has it: `{ Base: '10.10.0.0/16', Size: 24 }`. */
export interface AddressPool {
  readonly Base: string;
  readonly Size: number;
}

export interface Subnets {
  readonly left: number;
  readonly total: number;
}

/** Those of an engine that was given none (moby, ipamutils). */
export const DEFAULT_POOLS: readonly AddressPool[] = [
  ...Array.from({ length: 15 }, (_, index) => ({ Base: `172.${17 + index}.0.0/16`, Size: 16 })),
  { Base: '192.168.0.0/16', Size: 20 },
];

/** `first` and `last` are addresses as numbers. */
interface Span {
  readonly first: number;
  readonly last: number;
}

/** Of IPv4, `taken` are the subnets of networks as CIDR. What is no CIDR of IPv4 is left out. */
export function countSubnets(pools: readonly AddressPool[], taken: readonly string[]): Subnets {
  const spans = taken.flatMap((cidr) => spanOf(cidr) ?? []);
  const counts = pools.flatMap(({ Base, Size }) => {
    const pool = spanOf(Base);
    return pool === null || Size > 32 ? [] : [countIn(pool, 2 ** (32 - Size), spans)];
  });
  const sum = (of: keyof Subnets): number => counts.reduce((all, count) => all + count[of], 0);
  return { left: sum('left'), total: sum('total') };
}

function countIn(pool: Span, size: number, spans: readonly Span[]): Subnets {
  const total = Math.floor((pool.last - pool.first + 1) / size);
  const blocks = spans
    .filter(({ first, last }) => last >= pool.first && first <= pool.last)
    .map(({ first, last }) => ({
      first: Math.floor((Math.max(first, pool.first) - pool.first) / size),
      last: Math.floor((Math.min(last, pool.last) - pool.first) / size),
    }))
    .toSorted((one, other) => one.first - other.first);
  let [used, end] = [0, -1];
  for (const { first, last } of blocks) {
    used += Math.max(0, last - Math.max(first - 1, end));
    end = Math.max(end, last);
  }
  return { left: Math.max(0, total - used), total };
}

/** Whether two subnets of IPv4 share an address; what is none shares none. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [spanOf(one), spanOf(other)];
  return a !== null && b !== null && a.first <= b.last && b.first <= a.last;
}

function spanOf(cidr: string): Span | null {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return null;
  const [a = 0, b = 0, c = 0, d = 0, bits = 32] = match.slice(1).map(Number);
  const size = 2 ** (32 - Math.min(32, bits));
  const first = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / size) * size;
  return { first, last: first + size - 1 };
}
