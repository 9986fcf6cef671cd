// Percent roll-outs without a server: each device works out alone whether it takes part.
import { createHash } from 'node:crypto';

/** Where a device stands in a roll-out, 0 ≤ x < 100: it takes part when this is below `percent`. */
export function rolloutPosition(salt: string, device: string): number {
  const digest = createHash('sha256').update(`${salt}/${device}`).digest();
  return (digest.readUInt32BE(0) / 2 ** 32) * 100;
}

/** Whether the device takes part; without a roll-out every device does. */
export function takesPart(
  rollout: { readonly percent: number; readonly salt: string } | null | undefined,
  device: string,
): boolean {
  return rollout === null || rollout === undefined || rolloutPosition(rollout.salt, device) < rollout.percent;
}
