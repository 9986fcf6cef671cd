// What a container may do to the device, as the create call takes it.
// Tested in test/agent/docker/container-options.test.ts.
import type Docker from 'dockerode';
import type { DesiredSecurity, DesiredService } from '../model/desired-service.ts';
import { modeOf, type Peers } from './peers.ts';

const NO_NEW_PRIVILEGES = 'no-new-privileges';

type Security = Pick<
  Docker.HostConfig,
  'CapAdd' | 'CapDrop' | 'Privileged' | 'ReadonlyRootfs' | 'SecurityOpt' | 'GroupAdd'
>;

export function securityOf({ security, groups }: DesiredService): Security {
  const { capAdd, capDrop, privileged, readOnly } = security;
  return {
    SecurityOpt: securityOptions(security),
    ...(capAdd === null ? {} : { CapAdd: [...capAdd] }),
    ...(capDrop === null ? {} : { CapDrop: [...capDrop] }),
    ...(privileged === null ? {} : { Privileged: privileged }),
    ...(readOnly === null ? {} : { ReadonlyRootfs: readOnly }),
    ...(groups === null ? {} : { GroupAdd: [...groups] }),
  };
}

/** No new privileges unless the service says otherwise: by that very option, or by being privileged. */
function securityOptions({ options, privileged }: DesiredSecurity): string[] {
  // The engine takes `:` with a warning only.
  const asked = options.map((option) => option.replace(/^([a-z-]+):/, '$1='));
  const isSaid = asked.some((option) => option.split('=')[0] === NO_NEW_PRIVILEGES);
  return isSaid || privileged === true ? asked : [NO_NEW_PRIVILEGES, ...asked];
}

/** Namespaces shared with the device or with another container. */
export function namespacesOf(
  { security: { ipc, pid } }: DesiredService,
  peers: Peers,
): Pick<Docker.HostConfig, 'IpcMode' | 'PidMode'> {
  return {
    ...(ipc === null ? {} : { IpcMode: modeOf(ipc, peers) }),
    ...(pid === null ? {} : { PidMode: modeOf(pid, peers) }),
  };
}
