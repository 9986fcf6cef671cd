import { expect, test } from 'vitest';
import { connectDocker } from '../../../agent/docker/client.ts';
import type { StepFailure } from '../../../agent/docker/step-error.ts';
import { nameSubnetHolder } from '../../../agent/docker/subnet-holder.ts';

const TAKEN: StepFailure = {
  ok: false,
  code: 'subnet_taken',
  message: 'Pool overlaps',
  hint: 'as the engine',
};
const POOL = { subnet: '10.9.0.0/24', gateway: null, range: null };

async function hintFor(networks: object[], failure = TAKEN): Promise<string | undefined> {
  const docker = connectDocker('/nowhere');
  // Sound: no more of a network is read.
  docker.listNetworks = async () => networks as never;
  const told = await nameSubnetHolder(docker, failure, { deployment: 'line', pool: POOL });
  return told.hint;
}

const network = (Name: string, Subnet: string, deployment: string | null) => ({
  Name,
  IPAM: { Config: [{ Subnet }] },
  Labels: deployment === null ? {} : { 'io.holdfast.deployment': deployment },
});

test('the network that the deployment itself had before is told as such', async () => {
  const hint = await hintFor([
    network('bridge', '172.17.0.0/16', null),
    network('own', '10.9.0.0/24', 'line'),
  ]);
  expect(hint).toMatch(/^the deployment's own network own has it, and stays until .* publish another subnet/);
});

test('another one is named', async () => {
  const hint = 'the network factory has addresses of it: choose another subnet, or remove that network';
  expect(await hintFor([network('factory', '10.0.0.0/8', null)])).toBe(hint);
  expect(await hintFor([network('factory', '10.0.0.0/8', 'other')])).toBe(hint);
});

test('where none is seen, and of another failure, the hint stays', async () => {
  expect(await hintFor([])).toBe('as the engine');
  const other: StepFailure = { ...TAKEN, code: 'no_address_pool' };
  expect(await hintFor([network('own', '10.9.0.0/24', 'line')], other)).toBe('as the engine');
});
