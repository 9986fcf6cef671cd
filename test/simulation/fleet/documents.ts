// Documents as the simulated manager writes them.
import type { DeploymentPlan } from './deployment-plan.ts';

export interface Asked {
  readonly revision: number;
  readonly issuedAt: string;
  readonly image: string;
  /** `null` where the plan has none. */
  readonly job: string | null;
  readonly stopGrace: string | null;
  readonly ports: PortLayout;
  readonly isHeld: boolean;
  readonly rollout: { readonly percent: number; readonly salt: string } | null;
}

/** Which service has the port of the plan, and whether the other one has a second port. */
export type PortLayout = 'app' | 'helper' | 'both' | 'swapped';

/** Slow, as probes of idle devices are most of what a simulation does. */
const PROBE = { tcp: { port: 80 }, interval: '30s', timeout: '2s', failures: 3, grace: '5s' };
export const WINDOW = { cron: '0 * * * *', zone: 'UTC', length: '20m' };
export const WINDOW_LENGTH_MS = 20 * 60_000;
const DONE = 'service_completed_successfully';
/** So much above the first. */
const SECOND_PORT = 100;
const MOUNTS = [
  { type: 'volume', source: 'data', target: '/data' },
  { type: 'bind', source: './files', target: '/files' },
];
const LIMITS = { deploy: { resources: { limits: { memory: '64M' } } } };

export function presentDocument(plan: DeploymentPlan, asked: Asked) {
  const { revision, issuedAt, image, job, stopGrace, isHeld, rollout } = asked;
  const ports = portsOf(plan, asked.ports);
  const networks = plan.hasSecondNetwork ? { networks: { default: {}, back: {} } } : {};
  const volumes = plan.hasVolume ? { volumes: MOUNTS } : {};
  const window = plan.hasWindow ? { window: WINDOW } : {};
  const pulled = plan.isPulledAnew ? { pull_policy: 'always' } : {};
  const awaits = plan.job?.isAwaited ? { depends_on: { job: { condition: DONE } } } : {};
  const app = {
    image,
    probe: plan.isPatient ? { ...PROBE, grace: '12h' } : PROBE,
    ...LIMITS,
    ...networks,
    ...volumes,
    ...pulled,
    ...awaits,
    ...ports.app,
    ...(stopGrace === null ? {} : { stop_grace_period: stopGrace }),
  };
  const helper = {
    image: helperImage(plan),
    depends_on: { app: { condition: 'service_healthy' } },
    ...(plan.isHelperJoined ? { network_mode: 'service:app' } : ports.helper),
  };
  return {
    schema: 'holdfast.deployment/1',
    name: plan.name,
    revision,
    issued_at: issuedAt,
    state: 'present' as const,
    services: {
      app,
      ...(plan.hasHelper ? { helper } : {}),
      ...(plan.job === null ? {} : { job: { image: job, restart: plan.job.restart } }),
    },
    ...(plan.hasVolume ? { volumes: { data: {} } } : {}),
    ...(plan.hasSecondNetwork ? { networks: { back: {} } } : {}),
    update: { strategy: plan.strategy, healthy_after: '10s', deadline: '2m', hold: isHeld, ...window },
    ...(rollout === null ? {} : { rollout }),
  };
}

/** Two of a start-first service could not have the same one, but each one that the engine gives. */
function portsOf({ port, strategy }: DeploymentPlan, layout: PortLayout) {
  if (port === null) return { app: {}, helper: {} };
  if (strategy === 'start-first') return { app: { ports: [{ target: 80 }] }, helper: {} };
  const [first, second] = [publish(port), publish(port + SECOND_PORT)];
  switch (layout) {
    case 'app':
      return { app: first, helper: {} };
    case 'helper':
      return { app: {}, helper: first };
    case 'both':
      return { app: first, helper: second };
    case 'swapped':
      return { app: second, helper: first };
  }
}

function publish(port: number) {
  return { ports: [{ target: 80, published: String(port) }] };
}

export function absentDocument(plan: DeploymentPlan, revision: number, isPurging: boolean) {
  const purge = isPurging && plan.hasVolume ? ['data', './files'] : [];
  return { schema: 'holdfast.deployment/1', name: plan.name, revision, state: 'absent' as const, purge };
}

export function inheritDocument({ name }: DeploymentPlan, revision: number) {
  return { schema: 'holdfast.deployment/1', name, revision, state: 'inherit' as const };
}

export function helperImage({ name }: DeploymentPlan): string {
  return `registry.test/${name}-helper:1`;
}
