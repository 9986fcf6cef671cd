// Keys that only newer engines carry out. An older one passes over them without a word, so the agent asks first.
// Tested in test/agent/whole/plan.test.ts.
import type { DesiredService } from './desired-service.ts';
import type { StepFailure } from './steps.ts';

interface Need {
  readonly key: string;
  /** The engine's API version from which it works; source: moby, docs/api/version-history.md. */
  readonly since: string;
}

/** Whether the service asks anything beyond API 1.40, the oldest that matters. */
export function hasNeeds(service: DesiredService): boolean {
  return needsOf(service).length > 0;
}

function needsOf(service: DesiredService): Need[] {
  const hasSubpath = service.mounts.some((mount) => mount.kind === 'volume' && mount.subpath !== null);
  const hasInterval = (service.healthcheck?.startIntervalMs ?? null) !== null;
  return [
    ...(hasSubpath ? [{ key: 'volumes.volume.subpath', since: '1.45' }] : []),
    ...(hasInterval ? [{ key: 'healthcheck.start_interval', since: '1.44' }] : []),
  ];
}

/** Why an engine cannot make the container as it is asked; `null` when it can do it all. */
export function unmetNeed(
  service: DesiredService,
  { version, apiVersion }: { readonly version: string; readonly apiVersion: string },
): StepFailure | null {
  const unmet = needsOf(service).find(({ since }) => isOlder(apiVersion, since));
  if (unmet === undefined) return null;
  return {
    ok: false,
    code: 'engine_too_old',
    message: `${unmet.key} needs the engine's API ${unmet.since}, and this engine (${version}) has ${apiVersion}`,
    hint: `upgrade the Docker Engine on the device, or leave ${unmet.key} out`,
  };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
