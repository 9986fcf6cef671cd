// IPv4 addresses and subnets, as numbers.
// Tested in test/protocol/deployment/networks-and-volumes.test.ts.

export interface Subnet {
  /** Its first address, which names it. */
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** `null` where it is none. */
export function parseIpv4(text: string): number | null {
  const parts = text.split('.');
  // A part with a 0 before it is octal to some readers, and decimal to others.
  const isAddress =
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isAddress ? parts.reduce((value, part) => value * 256 + Number(part), 0) : null;
}

/** `null` where it is none; an address within it may stand in the place of the first one. */
export function parseSubnet(text: string): Subnet | null {
  const [written = '', bits = ''] = text.split('/');
  const address = parseIpv4(written);
  const prefix = /^\d{1,2}$/.test(bits) ? Number(bits) : Number.NaN;
  if (address === null || !(prefix <= 32)) return null;
  const size = 2 ** (32 - prefix);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix };
}

export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function formatSubnet({ first, prefix }: Subnet): string {
  return `${formatIpv4(first)}/${prefix}`;
}

export function isWithin(address: number, { first, last }: Subnet): boolean {
  return address >= first && address <= last;
}
