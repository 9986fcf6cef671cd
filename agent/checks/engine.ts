// The engine: its version, what the kernel enforces for it, subnets that are left, and containers of others that may fill
// its disk with their logs.
import { type EngineFacts, EngineUnavailable } from '../ports/engine.ts';
import { type CheckAnswer, type CheckRow, error, ok, warning } from './check-row.ts';

/** What is known of the engine besides what deployments need. */
export interface EngineSurvey {
  /** Networks that have a subnet from its pools. */
  readonly bridges: number;
  /** Whether its pools are its own; their size is then not known. */
  readonly hasOwnPools: boolean;
  /** Containers with no bound of their log, that Holdfast did not make. */
  readonly unbounded: readonly string[];
}

export interface SurveyedEngine {
  facts(): Promise<EngineFacts>;
  survey(): Promise<EngineSurvey>;
}

/** Of the pools that an engine has by itself: 15 of 172.17.0.0/12, 16 of 192.168.0.0/16. */
const DEFAULT_SUBNETS = 31;
const FEW = 3;
const LIMITS = ['memory', 'cpus', 'pids'] as const;
const SLOW_DRIVERS: ReadonlySet<string> = new Set(['vfs', 'devicemapper', 'aufs']);
const MAX_NAMES = 5;

export function engineChecks(engine: SurveyedEngine): CheckRow[] {
  return [
    { name: 'engine', look: () => unlessAway(async () => judgeFacts(await engine.facts())) },
    { name: 'networks and logs', look: () => unlessAway(async () => judgeSurvey(await engine.survey())) },
  ];
}

async function unlessAway(look: () => Promise<CheckAnswer[]>): Promise<CheckAnswer[]> {
  try {
    return await look();
  } catch (thrown) {
    if (!(thrown instanceof EngineUnavailable)) throw thrown;
    return [error(`${thrown.message}; ${thrown.hint}`)];
  }
}

function judgeFacts({
  version,
  apiVersion,
  storageDriver,
  cgroupVersion,
  enforces,
}: EngineFacts): CheckAnswer[] {
  const lost = LIMITS.filter((limit) => !enforces.includes(limit));
  const driver = `it stores images with ${storageDriver}`;
  return [
    ok(`version ${version}, API ${apiVersion}`),
    SLOW_DRIVERS.has(storageDriver) ? warning(`${driver}, which is slow or takes much space`) : ok(driver),
    lost.length === 0
      ? ok(`limits of ${LIMITS.join(', ')} are enforced (cgroup ${cgroupVersion})`)
      : warning(`the kernel does not enforce limits of ${lost.join(', ')} (cgroup ${cgroupVersion})`),
  ];
}

function judgeSurvey(survey: EngineSurvey): CheckAnswer[] {
  return [...judgeSubnets(survey), ...judgeLogs(survey)];
}

function judgeSubnets({ bridges, hasOwnPools }: EngineSurvey): CheckAnswer[] {
  if (hasOwnPools) return [ok(`${bridges} networks; the engine has pools of its own`)];
  const left = Math.max(0, DEFAULT_SUBNETS - bridges);
  const text = `${left} of about ${DEFAULT_SUBNETS} subnets are left for networks`;
  if (left > FEW) return [ok(text)];
  const hint = 'remove unused networks, or add default-address-pools to /etc/docker/daemon.json';
  return [left === 0 ? error(`${text}; ${hint}`) : warning(`${text}; ${hint}`)];
}

function judgeLogs({ unbounded }: EngineSurvey): CheckAnswer[] {
  if (unbounded.length === 0) return [ok('the log of each container is bounded')];
  const more = unbounded.length > MAX_NAMES ? ` and ${unbounded.length - MAX_NAMES} more` : '';
  const names = `${unbounded.slice(0, MAX_NAMES).join(', ')}${more}`;
  return [warning(`nothing bounds the log of ${names}: it may fill the disk; set max-size for it`)];
}
