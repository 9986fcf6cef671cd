// Networks and volumes that a document's containers need and the engine does not list.
// Tested in test/agent/reconcile/golden-plans.test.ts.
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Observed } from '../../model/observed.ts';
import { networksOf } from '../../model/resources.ts';
import type { Step } from '../../model/steps.ts';

/** The steps that make them; `networks` are the keys of those that are used. */
export function missingResources(
  document: DesiredPresent,
  networks: readonly string[],
  observed: Pick<Observed, 'networks' | 'volumes'>,
): Step[] {
  const ofNetworks = networksOf(document, networks)
    .filter(({ key }) => !observed.networks.has(key))
    .map((asked): Step => ({ kind: 'create_network', network: asked.key, asked }));
  const ofVolumes = document.volumes
    .filter(({ key }) => !observed.volumes.has(key))
    .map((asked): Step => ({ kind: 'create_volume', volume: asked.key, asked }));
  return [...ofNetworks, ...ofVolumes];
}
