/**
 * A bridge and an address range of its own for each private engine. Two engines that shared `docker0` would
 * take each other's addresses away.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { asRoot, RigError, run } from './exec.ts';

export interface Bridge {
  readonly name: string;
  /** The host, as containers on this bridge see it. */
  readonly gateway: string;
  /** The range that the engine takes the addresses of its other networks from: 64 networks of 62 addresses. */
  readonly pool: string;
}

const SLOTS = 250;

/** The bridge that `slotFile` remembers, or a new one; a bridge is lost at a reboot and made anew here. */
export async function ensureBridge(slotFile: string): Promise<Bridge> {
  if (existsSync(slotFile)) {
    const slot = Number(readFileSync(slotFile, 'utf8'));
    if (!exists(slot)) await create(slot);
    return describe(slot);
  }
  for (let slot = 0; slot < SLOTS; slot += 1) {
    if (exists(slot)) continue;
    try {
      await create(slot);
    } catch {
      continue; // another process was quicker: the kernel lets a name be taken once
    }
    writeFileSync(slotFile, String(slot));
    return describe(slot);
  }
  throw new RigError('No bridge is left for another private engine', {
    hint: 'Left over bridges are called hfrig0, hfrig1, …; remove one with: ip link delete hfrig0',
  });
}

export async function removeBridge(slotFile: string): Promise<void> {
  if (!existsSync(slotFile)) return;
  const slot = Number(readFileSync(slotFile, 'utf8'));
  if (exists(slot)) await ip('link', 'delete', describe(slot).name);
  rmSync(slotFile); // the slot may be another engine's from now on
}

async function create(slot: number): Promise<void> {
  const { name, gateway } = describe(slot);
  await ip('link', 'add', name, 'type', 'bridge');
  await ip('address', 'add', `${gateway}/24`, 'dev', name);
  await ip('link', 'set', name, 'up');
}

function describe(slot: number): Bridge {
  const pool = `10.${232 + Math.floor(slot / 16)}.${(slot % 16) * 16}.0/20`;
  return { name: `hfrig${slot}`, gateway: `10.231.${slot}.1`, pool };
}

function exists(slot: number): boolean {
  return existsSync(`/sys/class/net/${describe(slot).name}`);
}

async function ip(...args: string[]): Promise<void> {
  await run(asRoot({ program: 'ip', args }));
}
