// `start-first` runs old and new side by side: what only one of them can have is refused before it fails.
// Tested in test/protocol/deployment/deployment-faults.test.ts.
import type { Report } from './check-report.ts';
import type { PresentDeployment } from './deployment.ts';

/** Devices that any number of processes can have open; of all others one is taken to be all that can be. */
const SHARED_DEVICE =
  /^\/dev\/(?:null|zero|full|random|urandom|fuse|kvm|kfd|net\/tun|dri(?:\/.*)?|nvidia.*|dma_heap(?:\/.*)?)$/;

export function checkStartFirst(document: PresentDeployment, report: Report): void {
  for (const [name, service] of Object.entries(document.services)) {
    const at = ['services', name];
    service.ports?.forEach(({ published }, index) => {
      if (published === undefined) return;
      report(
        [...at, 'ports', index, 'published'],
        `start-first runs old and new side by side, and both cannot have host port ${published}; use stop-first, or leave the host port to the engine`,
      );
    });
    service.devices?.forEach(({ source }, index) => {
      if (!source.startsWith('/') || SHARED_DEVICE.test(source)) return;
      report(
        [...at, 'devices', index, 'source'],
        `start-first runs old and new side by side, and both cannot have ${source}; use stop-first`,
      );
    });
    for (const [network, { ipv4_address: address }] of Object.entries(service.networks ?? {})) {
      if (address === undefined) continue;
      report(
        [...at, 'networks', network, 'ipv4_address'],
        `start-first runs old and new side by side, and both cannot have ${address}; use stop-first`,
      );
    }
    if (service.network_mode === 'host') {
      report(
        [...at, 'network_mode'],
        "start-first runs old and new side by side, and both cannot have the same ports of the device's network; use stop-first",
      );
    }
  }
}
