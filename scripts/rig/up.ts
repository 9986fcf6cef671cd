/** `node --import tsx scripts/rig/up.ts`: sets up what the demo and the tests run on and tells where it is. */
import { RigError } from './exec.ts';
import { createProgress } from './progress.ts';
import { ensureRig } from './rig.ts';

const startedAt = performance.now();
try {
  const rig = await ensureRig(createProgress());
  const seconds = Math.round((performance.now() - startedAt) / 10) / 100;
  process.stdout.write(`${JSON.stringify({ ...rig, seconds })}\n`);
} catch (error) {
  if (!(error instanceof RigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
