// Devices and accelerators of a container, as the create call takes them.
import type Docker from 'dockerode';
import type { Device, DeviceRequest, Service } from '../../protocol/deployment/service.ts';

export function devicesOf(
  service: Service,
): Pick<Docker.HostConfig, 'Devices' | 'DeviceCgroupRules' | 'DeviceRequests'> {
  const [nodes, cdi] = [nodesOf(service), cdiOf(service)];
  const requests = [
    ...cdi,
    ...(service.gpus ?? []).map((gpu) => wantOf(gpu, [...(gpu.capabilities ?? []), 'gpu'])),
    ...(service.deploy?.resources?.reservations?.devices ?? []).map((device) =>
      wantOf(device, device.capabilities),
    ),
  ];
  return {
    ...(nodes.length === 0 ? {} : { Devices: nodes }),
    ...(requests.length === 0 ? {} : { DeviceRequests: requests }),
    ...(service.device_cgroup_rules === undefined ? {} : { DeviceCgroupRules: service.device_cgroup_rules }),
  };
}

function isNode({ source }: Device): boolean {
  return source.startsWith('/');
}

function nodesOf({ devices = [] }: Service): Docker.DeviceMapping[] {
  return devices.filter(isNode).map(({ source, target = source, permissions = 'rwm' }) => ({
    PathOnHost: source,
    PathInContainer: target,
    CgroupPermissions: permissions,
  }));
}

/** Devices of the Container Device Interface are asked for by name, like accelerators. */
function cdiOf({ devices = [] }: Service): Docker.DeviceRequest[] {
  const names = devices.filter((device) => !isNode(device)).map(({ source }) => source);
  return names.length === 0 ? [] : [{ Driver: 'cdi', DeviceIDs: names }];
}

/** -1 is the engine's "all". */
function wantOf(
  { driver, count, device_ids, options }: DeviceRequest,
  capabilities: readonly string[],
): Docker.DeviceRequest {
  const all = device_ids === undefined ? -1 : 0;
  return {
    ...(driver === undefined ? {} : { Driver: driver }),
    Count: typeof count === 'number' ? count : all,
    ...(device_ids === undefined ? {} : { DeviceIDs: device_ids }),
    Capabilities: [[...new Set(capabilities)]],
    ...(options === undefined ? {} : { Options: options }),
  };
}
