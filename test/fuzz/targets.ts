// All that the fuzz suite feeds; their shares add up to 1.
import { fileTargets } from './file-targets.ts';
import { intakeTarget } from './intake-target.ts';
import { protocolTarget } from './protocol-target.ts';
import type { Target } from './target.ts';
import { worldTarget } from './world-target.ts';

export const targets: readonly Target[] = [protocolTarget, intakeTarget, worldTarget, ...fileTargets];
