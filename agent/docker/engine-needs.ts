// Whether this engine can make a container as it is asked: it is asked for its version only where that matters.
// Tested in test/integration/docker/services.test.ts.
import type Docker from 'dockerode';
import type { DesiredService } from '../model/desired-service.ts';
import { hasNeeds, unmetNeed } from '../model/engine-needs.ts';
import type { StepFailure } from '../model/steps.ts';

/** The outcome to give instead of a container that lacks what was asked; `null` when the engine can do it all. */
export async function findUnmetNeed(docker: Docker, service: DesiredService): Promise<StepFailure | null> {
  if (!hasNeeds(service)) return null;
  const { ApiVersion: apiVersion, Version: version } = await docker.version();
  return unmetNeed(service, { version, apiVersion });
}
