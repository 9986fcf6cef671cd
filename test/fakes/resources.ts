// Steps that make networks and volumes with nothing special to them.
import type { Step } from '../../agent/model/steps.ts';

export function createNetwork(network: string): Step & { kind: 'create_network' } {
  return {
    kind: 'create_network',
    network,
    asked: { name: network, key: network, isInternal: false, pool: null },
  };
}

export function createVolume(volume: string): Step & { kind: 'create_volume' } {
  return { kind: 'create_volume', volume, asked: { name: volume, key: volume, options: {} } };
}
