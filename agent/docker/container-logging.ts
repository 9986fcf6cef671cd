// Where a container's output goes. Bounded unless the service says otherwise: the engine's own default is not.
// Tested in test/agent/docker/container-options.test.ts.
import type Docker from 'dockerode';
import type { DesiredService } from '../model/desired-service.ts';

const DEFAULT_DRIVER = 'json-file';
const BOUNDS = { 'max-size': '10m', 'max-file': '3' };

/** The bounds hold for each of them that the service does not set; only this driver grows without end by itself. */
export function loggingOf({ logging }: DesiredService): NonNullable<Docker.HostConfig['LogConfig']> {
  const driver = logging.driver ?? DEFAULT_DRIVER;
  const bounds = driver === DEFAULT_DRIVER ? BOUNDS : {};
  return { Type: driver, Config: { ...bounds, ...logging.options } };
}
