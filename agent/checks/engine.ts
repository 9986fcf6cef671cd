// The engine: its version, what the kernel enforces for it, who reaches its API, subnets that are left, and containers of
// others that may fill its disk with their logs.
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { type EngineFacts, EngineUnavailable } from '../ports/engine.ts';
import { type CheckAnswer, type CheckRow, error, ok, warning } from './check-row.ts';

/** What is known of the engine besides what deployments need. */
export interface EngineSurvey {
  /** Of its address pools: what networks have not taken. */
  readonly subnets: { readonly left: number; readonly total: number };
  /** What the engine itself warns of: that others may reach its API. */
  readonly exposed: readonly string[];
  /** Containers with no bound of their log, that Holdfast did not make; `bytes` is `null` where it cannot be seen. */
  readonly unbounded: readonly { readonly name: string; readonly bytes: number | null }[];
}

export interface SurveyedEngine {
  facts(): Promise<EngineFacts>;
  survey(): Promise<EngineSurvey>;
}

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
  return [...survey.exposed.map(judgeExposure), judgeSubnets(survey), judgeLogs(survey)];
}

function judgeExposure(warning: string): CheckAnswer {
  const [first = ''] = warning.replace(/^WARNING: /, '').split('\n');
  return error(
    `${first.replace(/\.$/, '')}: whoever reaches it is root on this device; see "hosts" in daemon.json`,
  );
}

function judgeSubnets({ subnets: { left, total } }: EngineSurvey): CheckAnswer {
  const text = `${left} of ${total} subnets are left for networks`;
  if (left > FEW) return ok(text);
  const hint = 'remove unused networks, or add default-address-pools to /etc/docker/daemon.json';
  return left === 0 ? error(`${text}; ${hint}`) : warning(`${text}; ${hint}`);
}

/** The longest log first. */
function judgeLogs({ unbounded }: EngineSurvey): CheckAnswer {
  if (unbounded.length === 0) return ok('the log of each container is bounded');
  const more = unbounded.length > MAX_NAMES ? ` and ${unbounded.length - MAX_NAMES} more` : '';
  const names = unbounded
    .toSorted((one, other) => (other.bytes ?? 0) - (one.bytes ?? 0))
    .slice(0, MAX_NAMES)
    .map(({ name, bytes }) => (bytes === null ? name : `${name} (${formatBytes(bytes)})`));
  return warning(
    `nothing bounds the log of ${names.join(', ')}${more}: it may fill the disk; set max-size for it`,
  );
}
