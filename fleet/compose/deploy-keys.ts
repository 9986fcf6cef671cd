// `deploy`: of it a device carries out what concerns one container.
import { number, shape, text } from './converters.ts';
import { deviceRequests } from './devices.ts';

export const deploy = shape(
  {
    resources: shape({
      limits: shape({ cpus: text, memory: text, pids: number }),
      reservations: shape(
        { memory: text, devices: deviceRequests },
        {
          cpus: 'the kernel reserves no CPU; use limits.cpus, or cpuset',
          generic_resources: 'they are for the nodes of a cluster; use devices',
        },
      ),
    }),
  },
  {
    replicas: 'a service is one container; name a second service for a second one',
    mode: 'a service is one container',
    endpoint_mode: 'a service is one container, reached by its name',
    update_config: 'use the top-level x-holdfast.update',
    rollback_config: 'use the top-level x-holdfast.update',
    restart_policy: 'use restart',
    placement: 'name the devices by groups, and deploy to a group',
    labels: "use the service's labels",
  },
);
