// Which network has addresses of a subnet that another network was to have.
import type Docker from 'dockerode';
import type { Pool } from '../model/resources.ts';
import { overlaps } from './address-pools.ts';
import { LABELS } from './labels.ts';
import type { StepFailure } from './step-error.ts';

interface Asked {
  readonly deployment: string;
  readonly pool: Pool | null;
}

/**
 * The failure with a hint that names it. A changed network of a deployment is made beside the one before, which goes with
 * its last container: with the same subnet the two never fit.
 */
export async function nameSubnetHolder(
  docker: Docker,
  failure: StepFailure,
  { deployment, pool }: Asked,
): Promise<StepFailure> {
  if (failure.code !== 'subnet_taken' || pool === null) return failure;
  const networks = await docker.listNetworks().catch(() => []);
  const holder = networks.find(({ IPAM }) =>
    (IPAM?.Config ?? []).some(({ Subnet }) => overlaps(Subnet ?? '', pool.subnet)),
  );
  if (holder === undefined) return failure;
  const { Name: name, Labels: labels } = holder;
  const hint =
    labels?.[LABELS.deployment] === deployment
      ? `the deployment's own network ${name} has it, and stays until the update is proven: publish another subnet for the changed network, or leave its settings as they were`
      : `the network ${name} has addresses of it: choose another subnet, or remove that network`;
  return { ...failure, hint };
}
