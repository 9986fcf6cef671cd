// Carries out one step. What is done already counts as done; what is not ours is never touched.

import type Docker from 'dockerode';
import { formatPlatform } from '../../protocol/values/platform.ts';
import { type InstanceSpec, keyOf } from '../model/instance.ts';
import type { OutputLine } from '../model/last-words.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { StepOf, StepOutcome } from '../model/steps.ts';
import type { Creation, EngineStep, ImageProcess } from '../ports/engine.ts';
import { askThreads } from './ask-threads.ts';
import { endpointOptions } from './container-network.ts';
import { containerOptions } from './container-options.ts';
import { updateOptions } from './container-resources.ts';
import { answerIn, unlessStatus } from './engine-error.ts';
import { findUnmetNeed } from './engine-needs.ts';
import { readFailedCheck } from './healthcheck-output.ts';
import { nameOnEngine } from './image-name.ts';
import { inTime } from './in-time.ts';
import { engineName, LABELS } from './labels.ts';
import { readOutput, readOutputOfRun } from './logs.ts';
import { namePortHolder } from './port-holder.ts';
import { withPythonDefaults } from './python-defaults.ts';
import { createNetwork, createVolume, leaveNetwork, removeVolume } from './resources.ts';
import { DONE, nameTaken, toOutcome } from './step-error.ts';

/** The engine's client, and the host's directory with Python's start-up hook; `null` for no hook. */
export interface Tools {
  readonly docker: Docker;
  readonly pythonHook: string | null;
}

export async function carryOut(tools: Tools, deployment: string, step: EngineStep): Promise<StepOutcome> {
  try {
    return await carryOutStep(tools, deployment, step);
  } catch (error) {
    const failure = toOutcome(error);
    return failure.code === 'port_taken' ? await namePortHolder(tools.docker, failure) : failure;
  }
}

async function carryOutStep(tools: Tools, deployment: string, step: EngineStep): Promise<StepOutcome> {
  const { docker } = tools;
  switch (step.kind) {
    case 'create_network':
      return createNetwork(docker, deployment, step);
    case 'create_volume':
      return createVolume(docker, deployment, step);
    case 'create_container':
      return createContainer(tools, deployment, step);
    case 'start_container':
      // 304: it runs already.
      await unlessStatus(304, docker.getContainer(step.container).start());
      return DONE;
    case 'unpause_container':
      await unlessSaid(/is not paused/, docker.getContainer(step.container).unpause());
      return DONE;
    case 'stop_container':
      return inTime(step, async (patience) => {
        await unlessStatus(404, unlessStatus(304, docker.getContainer(step.container).stop(patience)));
        return DONE;
      });
    case 'restart_container':
      return inTime(step, async (patience) => {
        await docker.getContainer(step.container).restart(patience);
        return DONE;
      });
    case 'join_network':
      await joinNetwork(docker, deployment, step);
      return DONE;
    case 'update_container':
      await docker.getContainer(step.container).update(updateOptions(step.spec));
      return DONE;
    case 'remove_container':
      return removeContainer(docker, step.container);
    case 'read_last_logs':
      return readLastLogs(docker, step);
    case 'remove_network':
      await unlessStatus(404, docker.getNetwork(engineName(deployment, step.network)).remove());
      return DONE;
    case 'leave_network':
      return leaveNetwork(docker, engineName(deployment, step.network));
    case 'remove_volume':
      return removeVolume(docker, deployment, step.volume);
  }
}

async function readLastWords(
  docker: Docker,
  { container, ofThisRun }: StepOf<'read_last_logs'>,
): Promise<OutputLine[]> {
  const [written, check] = await Promise.all([
    ofThisRun === true ? readOutputOfRun(docker, container) : readOutput(docker, container),
    readFailedCheck(docker, container),
  ]);
  return [...written, ...check];
}

async function readLastLogs(docker: Docker, step: StepOf<'read_last_logs'>): Promise<StepOutcome> {
  const [output, threads] = await Promise.all([
    readLastWords(docker, step),
    step.asksThreads === true ? askThreads(docker, step.container) : [],
  ]);
  return { ok: true, output, ...(threads.length === 0 ? {} : { threads }) };
}

async function createContainer(
  { docker, pythonHook }: Tools,
  deployment: string,
  { spec, name, peers, mounts, process }: Creation,
): Promise<StepOutcome> {
  const unmet = await findUnmetNeed(docker, spec.service);
  if (unmet !== null) return unmet;
  const image = process ?? (await lookAtProcess(docker, spec));
  const asked = {
    ...containerOptions(deployment, spec, { peers, mounts, image }),
    Image: await nameOnEngine(docker, spec.service.image.text),
  };
  const options = withPythonDefaults(asked, image, pythonHook);
  const call = createCall(options, spec, name);
  const container = await makeOrFind(docker, deployment, { spec, name, call });
  if (container === null) return nameTaken('container', name);
  const [, ...further] = Object.keys(spec.networks);
  for (const network of further) await joinNetwork(docker, deployment, { spec, container, network });
  return { ok: true, container };
}

/** What the image starts with. */
async function lookAtProcess(docker: Docker, { service }: ServiceSpec): Promise<ImageProcess> {
  return (await docker.getImage(await nameOnEngine(docker, service.image.text)).inspect()).Config;
}

/** The container, which an earlier try may have made whose answer was lost; `null` where the name is another's. */
async function makeOrFind(
  docker: Docker,
  deployment: string,
  { spec, name, call }: { spec: InstanceSpec; name: string; call: CreateCall },
): Promise<string | null> {
  try {
    return (await docker.createContainer(call)).id;
  } catch (error) {
    const there =
      answerIn(error) === null ? null : await unlessStatus(404, docker.getContainer(name).inspect());
    if (there === null) throw error;
    const { Id, Config } = there;
    const isOfInstance =
      Config.Labels[LABELS.deployment] === deployment &&
      Config.Labels[LABELS.service] === keyOf(spec.instance);
    return isOfInstance && Config.Labels[LABELS.spec] === spec.hash ? Id : null;
  }
}

async function joinNetwork(
  docker: Docker,
  deployment: string,
  { spec, container, network }: { spec: ServiceSpec; container: string; network: string },
): Promise<void> {
  const EndpointConfig = endpointOptions(spec, network);
  const joining = docker
    .getNetwork(engineName(deployment, network))
    .connect({ Container: container, EndpointConfig });
  await unlessSaid(/already exists in network/, joining);
}

/** For what is done already where engines differ in the status, or share it with errors: their words tell. */
async function unlessSaid(words: RegExp, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!words.test(answerIn(error)?.message ?? '')) throw error;
  }
}

type CreateCall = Docker.ContainerCreateOptions & { _query: object; _body: object };

/** Left to itself dockerode writes all options into the URL too, passwords in the environment included. */
function createCall(
  options: Docker.ContainerCreateOptions,
  { service: { platform } }: ServiceSpec,
  name: string,
): CreateCall {
  return {
    _query: { name, ...(platform === null ? {} : { platform: formatPlatform(platform) }) },
    _body: options,
  };
}

async function removeContainer(docker: Docker, id: string): Promise<StepOutcome> {
  try {
    // Anonymous volumes go with their container; named ones never do.
    await docker.getContainer(id).remove({ v: true });
    return DONE;
  } catch (error) {
    const status = answerIn(error)?.status;
    // 409: its removal is under way already.
    if (status === 404 || status === 409) return DONE;
    throw error;
  }
}
