// Makes sure of the real parts that the integration tests run on, and hands them over.
import type { TestProject } from 'vitest/node';
import { createProgress } from '../../scripts/rig/progress.ts';
import { ensureRig, type Rig } from '../../scripts/rig/rig.ts';

declare module 'vitest' {
  interface ProvidedContext {
    rig: Rig;
  }
}

export async function setup(project: TestProject): Promise<void> {
  project.provide('rig', await ensureRig(createProgress()));
}
