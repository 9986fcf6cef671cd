// The fuzz suite in its long form: payloads, commands and files of every bad kind, fed to what reads them. Ends with
// 1 at the first that is not coped with, and says how to feed it again.
import { parseArgs } from 'node:util';
import { targets } from '../test/fuzz/targets.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    target: { type: 'string' },
  },
});
const [runs, seed] = [Number(values.runs), Number(values.seed)];
const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(seed) || chosen.length === 0) {
  const names = targets.map(({ name }) => `"${name}"`).join(', ');
  process.stderr.write(`usage: scripts/fuzz [--runs N] [--seed S] [--target NAME]; targets: ${names}\n`);
  process.exit(2);
}

/** What a target may leave behind: code that was compiled, tables that were filled once. */
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** The generators keep something of each run, about half of this, with nothing tested at all. */
const HELD_BYTES_PER_RUN = 3 * 1024;

async function heldBytes(): Promise<number> {
  // What a target closed may let go of its parts in turns of its own.
  await new Promise((resolve) => setTimeout(resolve, 100));
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

console.log(`seed ${seed}`);
const heldBefore = await heldBytes();
let fed = 0;
for (const { name, share, run } of chosen) {
  const beganMs = performance.now();
  const outcome = await run({ seed, runs: Math.ceil(runs * share) });
  fed += outcome.runs;
  const held = (await heldBytes()) - heldBefore;
  const failure =
    outcome.failure ??
    (held > MAX_HELD_BYTES + fed * HELD_BYTES_PER_RUN ? `${held} bytes are still held` : null);
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
  console.log(
    `${name.padEnd(14)} ${String(outcome.runs).padStart(7)} runs ${seconds.padStart(7)} s  ${(held / 2 ** 20).toFixed(0).padStart(4)} MiB held`,
  );
  if (failure !== null) {
    console.log(`\n${failure}\n\nagain: scripts/fuzz --target "${name}" --seed ${seed} --runs ${runs}`);
    process.exit(1);
  }
}
console.log(
  `${fed} runs, nothing found; at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB of memory`,
);
