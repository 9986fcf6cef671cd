import { expect, test } from 'vitest';
import { connectDocker } from '../../../agent/docker/client.ts';
import { namePortHolder } from '../../../agent/docker/port-holder.ts';
import type { StepFailure } from '../../../agent/docker/step-error.ts';

const TAKEN: StepFailure = {
  ...{ ok: false, code: 'port_taken' },
  message: 'the host port 0.0.0.0:8080 is taken: port is already allocated',
};

async function tell(containers: object[] | null, message = TAKEN.message): Promise<string> {
  const docker = connectDocker('/nowhere');
  docker.listContainers =
    containers === null ? () => Promise.reject(new Error('away')) : async () => containers as never;
  return (await namePortHolder(docker, { ...TAKEN, message })).message;
}

const nginx = { Id: 'c1', Names: ['/nginx'], Ports: [{ PublicPort: 8080, Type: 'tcp' }] };
const other = { Id: 'c2', Names: ['/other'], Ports: [{ PrivatePort: 8080 }, { PublicPort: 80 }] };

test('a container is named', async () => {
  expect(await tell([other, nginx])).toBe('the host port 0.0.0.0:8080 is taken: the container nginx has it');
});

test('where none has it, it is a program of the device', async () => {
  expect(await tell([other])).toBe(
    'the host port 0.0.0.0:8080 is taken: a program of this device has it, and no container',
  );
});

test('what nobody can tell stays as the engine said it', async () => {
  expect(await tell(null)).toBe(TAKEN.message);
  expect(await tell([nginx], 'in other words')).toBe('in other words');
});
