// What the engine tells: of itself, of its containers, and what failing services wrote.
// Tested in test/agent/bundle/collect.test.ts.
import type { Status } from '../../protocol/reports/status.ts';
import type { Told } from '../bystander/told.ts';
import type { EngineBystander, SeenContainer } from '../docker/bystander.ts';
import { asJson, LIMIT_MS, type Part } from './part.ts';
import { scrub } from './scrub.ts';

const MAX_LOGS = 20;

export interface EngineKnown {
  readonly engine: EngineBystander;
  readonly containers: Told<readonly SeenContainer[]>;
  readonly statuses: readonly Status[];
  /** Why what services wrote cannot be told; `null`: it can. */
  readonly noLogs: string | null;
}

export function engineParts(known: EngineKnown): Part[] {
  const { engine, containers } = known;
  const list = async (): Promise<string> => {
    if (!containers.ok) throw new Error(containers.why);
    return asJson(containers.value);
  };
  return [
    { path: 'engine/info.json', limitMs: LIMIT_MS, gather: async () => asJson(await engine.info()) },
    { path: 'engine/version.json', limitMs: LIMIT_MS, gather: async () => asJson(await engine.version()) },
    { path: 'engine/containers.json', limitMs: LIMIT_MS, gather: list },
    ...failingOf(known).map((container) => logPart(container, known)),
  ];
}

function failingOf({ containers, statuses }: EngineKnown): SeenContainer[] {
  if (!containers.ok) return [];
  const own = containers.value.filter(({ deployment }) => deployment !== null);
  return own.filter((container) => isFailing(container, statuses)).slice(0, MAX_LOGS);
}

function isFailing(container: SeenContainer, statuses: readonly Status[]): boolean {
  const { state, status, deployment, service } = container;
  if (state !== 'running' || /unhealthy|restarting/i.test(status)) return true;
  const told = statuses.find((one) => one.deployment === deployment)?.services[service ?? ''];
  return told !== undefined && (told.health === 'unhealthy' || told.last_failure !== null);
}

function logPart({ id, deployment, service }: SeenContainer, { engine, noLogs }: EngineKnown): Part {
  const gather = async (): Promise<string> => {
    if (noLogs !== null) throw new Error(noLogs);
    return `${(await engine.logOf(id)).map(scrub).join('\n')}\n`;
  };
  const names = [deployment, service, id.slice(0, 12)].map((name) => fileName(name ?? 'none'));
  return { path: `logs/services/${names.join('_')}.log`, limitMs: LIMIT_MS, gather };
}

/** Labels say what somebody wrote there. */
function fileName(name: string): string {
  return name.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 64);
}
