// `deploy`: of it a device carries out what concerns one container.
// Tested in test/lib/compose/read-compose.test.ts.
import { parseByteSize } from '../../protocol/values/byte-size.ts';
import type { Convert } from './conversion.ts';
import { filled, number, shape, text } from './converters.ts';
import { deviceRequests } from './devices.ts';
import { ignored, only } from './passing.ts';

const CLUSTER = 'it is for the nodes of a cluster, and Compose ignores it too';

/** One container is all that a service is, here as in Compose unless told otherwise. */
export const oneContainer = only(
  [1, '1'],
  'a service is one container; name a second service for a second one',
);

/** Cores as the document writes them: `.5` is `0.5`; 0 is no limit. */
export const cores: Convert = (field, run) => {
  const written = text(field, run);
  if (typeof written !== 'string') return written;
  return written.trim() !== '' && Number(written) === 0 ? undefined : written.replace(/^\./, '0.');
};

/** A size; 0 is no limit. */
export const memory: Convert = (field, run) => {
  const written = text(field, run);
  return typeof written === 'string' && parseByteSize(written) === 0 ? undefined : written;
};

/** Processes; none and −1 are no limit. */
export const processes: Convert = (field, run) => {
  const count = number(field, run);
  return count === 0 || count === -1 ? undefined : count;
};

/** A weight; 0 is the engine's own. */
export const shares: Convert = (field, run) => {
  const weight = number(field, run);
  return weight === 0 ? undefined : weight;
};

export const deploy = shape({
  resources: shape({
    limits: shape({ cpus: cores, memory, pids: processes }),
    reservations: shape(
      {
        memory,
        devices: deviceRequests,
        cpus: ignored('the kernel reserves no CPU, and Compose ignores it too; use limits.cpus, or cpuset'),
      },
      { generic_resources: 'they are for the nodes of a cluster; use devices' },
    ),
  }),
  // Becomes `restart`; see `restart.ts`.
  restart_policy: shape({
    condition: filled,
    max_attempts: number,
    delay: ignored("the waits between restarts are the engine's, in Compose too"),
    window: ignored('the engine knows no window, and Compose ignores it too'),
  }),
  replicas: oneContainer,
  mode: only(['replicated', 'global'], 'both are one container on a device'),
  endpoint_mode: ignored(CLUSTER),
  placement: ignored(`${CLUSTER}; name the devices by groups, and deploy to a group`),
  update_config: ignored(`${CLUSTER}; use the top-level x-holdfast.update`),
  rollback_config: ignored(`${CLUSTER}; use the top-level x-holdfast.update`),
  labels: ignored(`${CLUSTER}; use the service's labels`),
});
