// The engine as a rehearsal has it: every step works at once, and what runs is well.
// Tested in test/agent/reconcile/rehearsal/rehearse.test.ts.
import { type HealthFacts, newProbeHistory } from '../../model/health.ts';
import { keyOf } from '../../model/instance.ts';
import type { HostPort, Observed, ObservedContainer } from '../../model/observed.ts';
import type { Step, StepOf, StepOutcome } from '../../model/steps.ts';

/** Longer than any `healthy_after`. */
const LONG_MS = 365 * 86_400_000;

/** An outcome, and what a look shows after it. */
interface Effect {
  readonly observed: Observed;
  readonly outcome: StepOutcome;
}

/** What a step needs besides: when it is taken, and the image that a service's container is made from. */
export interface StepSetting {
  readonly wallTime: string;
  readonly imageIdOf: (step: StepOf<'create_container'>) => string;
}

const DONE: StepOutcome = { ok: true };

/** What runs with trouble now counts as running well: whether it does is no matter of what a document asks. */
export function atEase(observed: Observed): Observed {
  const containers = observed.containers.map((container): ObservedContainer => {
    const state = container.state === 'restarting' ? 'running' : container.state;
    return { ...container, state, engineHealth: container.engineHealth === 'none' ? 'none' : 'healthy' };
  });
  return { ...observed, containers };
}

/** By container id: each that runs has been well for long. */
export function allWell({ containers }: Observed, nowMs: number): ReadonlyMap<string, HealthFacts> {
  const evidence = { sinceMs: nowMs - LONG_MS, lastMs: nowMs };
  const probe = { ...newProbeHistory(evidence.sinceMs), isUp: true, evidence };
  const facts = { runningSinceMs: evidence.sinceMs, running: evidence, engineHealthy: evidence, probe };
  const running = containers.filter(({ state }) => state === 'running');
  return new Map(running.map(({ id }) => [id, facts]));
}

export function takeStep(observed: Observed, step: Step, setting: StepSetting): Effect {
  if (step.kind === 'create_container') return create(observed, step, setting);
  return { observed: after(observed, step, setting.wallTime), outcome: DONE };
}

function after(
  observed: Observed,
  step: Exclude<Step, StepOf<'create_container'>>,
  wallTime: string,
): Observed {
  const { networks, volumes, folders } = observed;
  switch (step.kind) {
    case 'create_network': {
      const { isInternal, pool } = step.asked;
      const facts = { isInternal: isInternal === true, subnets: pool === null ? [] : [pool.subnet] };
      return { ...observed, networks: new Map([...networks, [step.network, facts]]) };
    }
    case 'create_volume': {
      const facts = { options: step.asked.options ?? {} };
      return { ...observed, volumes: new Map([...volumes, [step.volume, facts]]) };
    }
    case 'remove_network':
    case 'leave_network':
      return { ...observed, networks: without(networks, step.network) };
    case 'remove_volume':
      return { ...observed, volumes: without(volumes, step.volume) };
    case 'remove_folder':
      return { ...observed, folders: new Set([...folders].filter((folder) => folder !== step.folder)) };
    case 'remove_container':
      return {
        ...observed,
        containers: observed.containers.filter(({ id }) => id !== step.container),
      };
    case 'stop_container':
      return change(observed, step.container, { state: 'exited', exitCode: 143 });
    case 'update_container':
      return change(observed, step.container, { settings: step.spec.settings });
    case 'join_network':
      return join(observed, step);
    case 'start_container':
    case 'restart_container':
      return start(observed, step, wallTime);
    case 'unpause_container':
      return change(observed, step.container, { state: 'running' });
    case 'read_last_logs':
      return observed;
  }
}

/** What runs once has done its work at once. */
function start(
  observed: Observed,
  { spec, container }: StepOf<'start_container' | 'restart_container'>,
  startedAt: string,
): Observed {
  const isJob = spec.lifecycle.kind === 'once';
  return change(observed, container, {
    startedAt,
    ...(isJob ? { state: 'exited', exitCode: 0 } : { state: 'running', exitCode: null }),
  });
}

function join(observed: Observed, { container, network }: StepOf<'join_network'>): Observed {
  const before = observed.containers.find(({ id }) => id === container)?.networks ?? [];
  return change(observed, container, { networks: [...before, network] });
}

function change(observed: Observed, id: string, changed: Partial<ObservedContainer>): Observed {
  const containers = observed.containers.map((container) =>
    container.id === id ? { ...container, ...changed } : container,
  );
  return { ...observed, containers };
}

function create(observed: Observed, step: StepOf<'create_container'>, setting: StepSetting): Effect {
  const { spec, name, peers } = step;
  const id = `rehearsed ${keyOf(spec.instance)} ${spec.revision} ${setting.wallTime}`;
  const container: ObservedContainer = {
    ...{ id, name, ...spec.instance, revision: spec.revision, specHash: spec.hash },
    ...{ state: 'created', exitCode: null, oomKilled: false, startedAt: null, engineRestarts: 0 },
    ...{ engineHealth: 'none', imageId: setting.imageIdOf(step), digest: null },
    ...{ networks: Object.keys(spec.networks), joins: Object.values(peers), settings: spec.settings },
    ...{ stopGraceMs: spec.service.stopGraceMs, hostPorts: hostPortsOf(step), ports: [] },
    devices: spec.service.devices.map(({ source }) => source),
    addresses: Object.values(spec.networks).flatMap(({ address }) => address ?? []),
    ...{ init: 'none', address: null, effective: null },
  };
  const containers = [...observed.containers, container];
  return { observed: { ...observed, containers }, outcome: { ok: true, container: id } };
}

function hostPortsOf({ spec }: StepOf<'create_container'>): HostPort[] {
  return spec.service.ports.flatMap(({ hostIp, published, protocol }) =>
    published === null ? [] : [{ hostIp, port: `${published}/${protocol}` }],
  );
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  return new Map([...map].filter(([other]) => other !== key));
}
