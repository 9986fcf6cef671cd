// What a container may do to the device, as the create call takes it.
import type Docker from 'dockerode';
import type { Service } from '../../protocol/deployment/service.ts';
import { hostOf } from '../../protocol/deployment/service-namespaces.ts';
import { joinContainer, type Peers } from './peers.ts';

const NO_NEW_PRIVILEGES = 'no-new-privileges';

type Security = Pick<
  Docker.HostConfig,
  'CapAdd' | 'CapDrop' | 'Privileged' | 'ReadonlyRootfs' | 'SecurityOpt' | 'GroupAdd'
>;

export function securityOf(service: Service): Security {
  const { cap_add, cap_drop, privileged, read_only, group_add } = service;
  return {
    SecurityOpt: securityOptions(service),
    ...(cap_add === undefined ? {} : { CapAdd: cap_add }),
    ...(cap_drop === undefined ? {} : { CapDrop: cap_drop }),
    ...(privileged === undefined ? {} : { Privileged: privileged }),
    ...(read_only === undefined ? {} : { ReadonlyRootfs: read_only }),
    ...(group_add === undefined ? {} : { GroupAdd: group_add }),
  };
}

/** No new privileges unless the service says otherwise: by that very option, or by being privileged. */
function securityOptions({ security_opt = [], privileged }: Service): string[] {
  // The engine takes `:` with a warning only.
  const asked = security_opt.map((option) => option.replace(/^([a-z-]+):/, '$1='));
  const isSaid = asked.some((option) => option.split('=')[0] === NO_NEW_PRIVILEGES);
  return isSaid || privileged === true ? asked : [NO_NEW_PRIVILEGES, ...asked];
}

/** Namespaces shared with the device or with another container. */
export function namespacesOf(service: Service, peers: Peers): Pick<Docker.HostConfig, 'IpcMode' | 'PidMode'> {
  const modeOf = (key: 'ipc' | 'pid'): string | undefined => {
    const peer = hostOf(service, key);
    return peer === null ? service[key] : joinContainer(peer, peers);
  };
  const [ipc, pid] = [modeOf('ipc'), modeOf('pid')];
  return { ...(ipc === undefined ? {} : { IpcMode: ipc }), ...(pid === undefined ? {} : { PidMode: pid }) };
}
