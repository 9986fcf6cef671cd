// Who has a host port that another container was to have.
import type Docker from 'dockerode';
import type { StepFailure } from './step-error.ts';

const TAKEN = /^(the host port \S+:(\d+) is taken): /;

/** The failure with who it is: a container by its name, or a program that is none. As it was where nobody can tell. */
export async function namePortHolder(docker: Docker, failure: StepFailure): Promise<StepFailure> {
  const [, begin, port] = TAKEN.exec(failure.message) ?? [];
  if (begin === undefined) return failure;
  const containers = await docker.listContainers().catch(() => null);
  if (containers === null) return failure;
  const holder = containers.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === Number(port)));
  const who =
    holder === undefined
      ? 'a program of this device has it, and no container'
      : `the container ${(holder.Names[0] ?? holder.Id.slice(0, 12)).replace(/^\//, '')} has it`;
  return { ...failure, message: `${begin}: ${who}` };
}
