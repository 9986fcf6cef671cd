// Service keys of the Compose specification that are not carried out, and what to do instead.
// Tested in test/lib/compose/read-compose.test.ts.
import type { RefusedKeys } from './converters.ts';

const WINDOWS = 'it is for Windows';

export const REFUSED_SERVICE_KEYS: RefusedKeys = {
  annotations: 'use labels',
  blkio_config: 'leave it out',
  cgroup_parent: 'the agent reads limits from where the engine puts them; leave it out',
  cpu_count: WINDOWS,
  cpu_percent: WINDOWS,
  cpu_rt_period: 'leave it out; give the process its priority with cap_add SYS_NICE and ulimits.rtprio',
  cpu_rt_runtime: 'leave it out; give the process its priority with cap_add SYS_NICE and ulimits.rtprio',
  credential_spec: WINDOWS,
  external_links: 'use extra_hosts, or a network that both are in',
  label_file: 'use labels',
  mac_address: 'an old and a new container would have the same; leave it out',
  mem_swappiness: 'a service has no swap beyond its memory limit; leave it out',
  models: 'run the model as a service',
  oom_kill_disable: 'it can hang the whole device; use oom_score_adj',
  post_start: 'let the command do it',
  pre_stop: 'let the program do it on stop_signal',
  provider: 'it runs a program where Compose runs, and a device has none',
  pull_refresh_after: 'deploy a new tag or digest',
  storage_opt: 'few storage drivers know it; use a volume, or tmpfs with a size',
  use_api_socket: 'mount /var/run/docker.sock by its path, if the service may rule the device',
  userns_mode: "the engine's setting holds for all containers",
  volumes_from: 'name the volume in both services',
};
