// Networks and volumes, made and removed: a deployment's own, and those that it shares with others.
// Tested in test/integration/conformance/engine.test.ts.
import type Docker from 'dockerode';
import { type Pool, sharedName } from '../model/resources.ts';
import type { Step, StepOutcome } from '../model/steps.ts';
import { answerIn, unlessStatus } from './engine-error.ts';
import { engineName, LABELS, networkLabels, volumeLabels } from './labels.ts';
import { DONE, nameTaken, toOutcome } from './step-error.ts';
import { nameSubnetHolder } from './subnet-holder.ts';

export async function createNetwork(
  docker: Docker,
  deployment: string,
  { network, asked }: Step & { kind: 'create_network' },
): Promise<StepOutcome> {
  const Name = engineName(deployment, network);
  const { isInternal, pool } = asked;
  try {
    await docker.createNetwork({
      ...{ Name, Labels: networkLabels(deployment, network), CheckDuplicate: true },
      Internal: isInternal ?? false,
      ...(pool === null ? {} : { IPAM: { Config: [poolOptions(pool)] } }),
    });
    return DONE;
  } catch (error) {
    // One of that name is there already, perhaps: engines differ in how they say so.
    const there = answerIn(error) === null ? null : await networkNamed(docker, Name);
    if (there === null) return await nameSubnetHolder(docker, toOutcome(error), { deployment, pool });
    // Another deployment was quicker, or somebody made it by hand.
    if (sharedName(network) !== null) return DONE;
    return there.Labels?.[LABELS.deployment] === deployment ? DONE : nameTaken('network', Name);
  }
}

/** The engine takes what begins a network's id for its name too. */
async function networkNamed(docker: Docker, name: string): Promise<Docker.NetworkInspectInfo | null> {
  const there: Docker.NetworkInspectInfo | null = await unlessStatus(404, docker.getNetwork(name).inspect());
  return there?.Name === name ? there : null;
}

function poolOptions({ subnet, gateway, range }: Pool): {
  Subnet: string;
  Gateway?: string;
  IPRange?: string;
} {
  return {
    Subnet: subnet,
    ...(gateway === null ? {} : { Gateway: gateway }),
    ...(range === null ? {} : { IPRange: range }),
  };
}

export async function createVolume(
  docker: Docker,
  deployment: string,
  { volume, asked }: Step & { kind: 'create_volume' },
): Promise<StepOutcome> {
  const Name = engineName(deployment, volume);
  // Creating a volume that exists answers with the one there, whosever it is.
  await docker.createVolume({
    Name,
    Driver: 'local',
    DriverOpts: { ...asked.options },
    Labels: volumeLabels(deployment, volume),
  });
  if (sharedName(volume) !== null) return DONE;
  const made = await docker.getVolume(Name).inspect();
  return made.Labels?.[LABELS.deployment] === deployment ? DONE : nameTaken('volume', Name);
}

/** It stays as long as anybody's container is in it, also one that is stopped: its start would fail without. */
export async function leaveNetwork(docker: Docker, name: string): Promise<StepOutcome> {
  const there = await networkNamed(docker, name);
  if (there?.Labels?.[LABELS.shared] !== name) return DONE;
  const filters = { network: [there.Id, name] };
  const fellows = await docker.listContainers({ all: true, filters });
  if (fellows.length > 0) return DONE;
  try {
    await docker.getNetwork(there.Id).remove();
  } catch (error) {
    // Somebody came in meanwhile, or another deployment has left it at the same time.
    const answer = answerIn(error);
    if (answer?.status !== 404 && !/has active endpoints/.test(answer?.message ?? '')) throw error;
  }
  return DONE;
}

export async function removeVolume(docker: Docker, deployment: string, volume: string): Promise<StepOutcome> {
  const name = engineName(deployment, volume);
  if (sharedName(volume) === null) {
    await unlessStatus(404, docker.getVolume(name).remove());
    return DONE;
  }
  const there = await unlessStatus(404, docker.getVolume(name).inspect());
  if (there === null) return DONE;
  const labels: Readonly<Record<string, string>> | null = there.Labels;
  if (labels?.[LABELS.shared] !== name) return volumeKept(`volume "${name}" stays: Holdfast did not make it`);
  try {
    await unlessStatus(404, docker.getVolume(name).remove());
    return DONE;
  } catch (error) {
    if (answerIn(error)?.status !== 409) throw error;
    return volumeKept(`volume "${name}" stays: other containers use it`);
  }
}

function volumeKept(message: string): StepOutcome {
  const hint = 'the removal is done; docker volume rm deletes it once nothing uses it';
  return { ok: false, code: 'volume_kept', message, hint };
}
