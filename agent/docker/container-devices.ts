// Devices and accelerators of a container, as the create call takes them.
// Tested in test/agent/docker/container-options.test.ts.
import type Docker from 'dockerode';
import type { AcceleratorRequest, DesiredDevices, DeviceNode } from '../model/desired-devices.ts';

export function devicesOf({
  devices,
  cdiDevices,
  deviceRules,
  accelerators,
}: DesiredDevices): Pick<Docker.HostConfig, 'Devices' | 'DeviceCgroupRules' | 'DeviceRequests'> {
  const requests = [...cdiRequest(cdiDevices), ...accelerators.map(requestOf)];
  return {
    ...(devices.length === 0 ? {} : { Devices: devices.map(nodeOf) }),
    ...(requests.length === 0 ? {} : { DeviceRequests: requests }),
    ...(deviceRules === null ? {} : { DeviceCgroupRules: [...deviceRules] }),
  };
}

function nodeOf({ source, target, permissions }: DeviceNode): Docker.DeviceMapping {
  return { PathOnHost: source, PathInContainer: target, CgroupPermissions: permissions };
}

/** Devices of the Container Device Interface are asked for by name, like accelerators. */
function cdiRequest(names: readonly string[]): Docker.DeviceRequest[] {
  return names.length === 0 ? [] : [{ Driver: 'cdi', DeviceIDs: [...names] }];
}

/** -1 is the engine's "all". */
function requestOf({ driver, count, ids, capabilities, options }: AcceleratorRequest): Docker.DeviceRequest {
  const all = ids === null ? -1 : 0;
  return {
    ...(driver === null ? {} : { Driver: driver }),
    Count: count ?? all,
    ...(ids === null ? {} : { DeviceIDs: [...ids] }),
    Capabilities: [[...capabilities]],
    ...(options === null ? {} : { Options: { ...options } }),
  };
}
