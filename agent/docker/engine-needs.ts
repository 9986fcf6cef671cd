// Keys that only newer engines carry out. An older one passes over them without a word, so the agent asks first.
// Tested in test/integration/docker/services.test.ts.
import type Docker from 'dockerode';
import type { DesiredService } from '../model/desired-service.ts';
import type { StepOutcome } from '../model/steps.ts';

interface Need {
  readonly key: string;
  /** The engine's API version from which it works; source: moby, docs/api/version-history.md. */
  readonly since: string;
}

/** What the service asks beyond API 1.40, the oldest that matters. */
function needsOf(service: DesiredService): Need[] {
  const hasSubpath = service.mounts.some((mount) => mount.kind === 'volume' && mount.subpath !== null);
  const hasInterval = (service.healthcheck?.startIntervalMs ?? null) !== null;
  return [
    ...(hasSubpath ? [{ key: 'volumes.volume.subpath', since: '1.45' }] : []),
    ...(hasInterval ? [{ key: 'healthcheck.start_interval', since: '1.44' }] : []),
  ];
}

/** The outcome to give instead of a container that lacks what was asked; `null` when the engine can do it all. */
export async function unmetNeed(
  docker: Docker,
  service: DesiredService,
): Promise<(StepOutcome & { ok: false }) | null> {
  const needs = needsOf(service);
  if (needs.length === 0) return null;
  const { ApiVersion, Version } = await docker.version();
  const unmet = needs.find(({ since }) => isOlder(ApiVersion, since));
  if (unmet === undefined) return null;
  return {
    ok: false,
    code: 'engine_too_old',
    message: `${unmet.key} needs the engine's API ${unmet.since}, and this engine (${Version}) has ${ApiVersion}`,
    hint: `upgrade the Docker Engine on the device, or leave ${unmet.key} out`,
  };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
