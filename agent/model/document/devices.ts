// Devices and accelerators of a document, as values.
// Tested in test/agent/model/document/conversion.test.ts.
import type { Device, DeviceRequest, Service } from '../../../protocol/deployment/service.ts';
import type { AcceleratorRequest, DesiredDevices, DeviceNode } from '../desired-devices.ts';

export function devicesOf(service: Service): DesiredDevices {
  const devices = service.devices ?? [];
  const reserved = service.deploy?.resources?.reservations?.devices ?? [];
  return {
    devices: devices.filter(isNode).map(nodeOf),
    cdiDevices: devices.filter((device) => !isNode(device)).map(({ source }) => source),
    deviceRules: service.device_cgroup_rules ?? null,
    accelerators: [
      // Of `gpus` the capability goes without saying.
      ...(service.gpus ?? []).map((gpu) => requestOf(gpu, [...(gpu.capabilities ?? []), 'gpu'])),
      ...reserved.map((device) => requestOf(device, device.capabilities)),
    ],
  };
}

function isNode({ source }: Device): boolean {
  return source.startsWith('/');
}

function nodeOf({ source, target = source, permissions = 'rwm' }: Device): DeviceNode {
  return { source, target, permissions };
}

function requestOf(
  { driver, count, device_ids, options }: DeviceRequest,
  capabilities: readonly string[],
): AcceleratorRequest {
  return {
    driver: driver ?? null,
    count: typeof count === 'number' ? count : null,
    ids: device_ids ?? null,
    capabilities: [...new Set(capabilities)],
    options: options ?? null,
  };
}
