// Addresses of the host at which ports are published.
import { isIP } from 'node:net';

/** Whether two have one in common; `null` stands for all, `0.0.0.0` and `::` for all of a kind. */
export function doAddressesMeet(one: string | null, other: string | null): boolean {
  if (one === null || other === null || one === other) return true;
  return isIP(one) === isIP(other) && [one, other].some((ip) => ip === '0.0.0.0' || ip === '::');
}
