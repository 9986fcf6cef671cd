// All that a bundle holds, from the agent where it answers, and from everybody else whether it does or not.

import { findPlaces } from '../bystander/places.ts';
import { askWithin, type Told } from '../bystander/told.ts';
import { readToml } from '../config/read-toml.ts';
import { EngineBystander, type SeenContainer } from '../docker/bystander.ts';
import { maskOfDocuments } from '../secrets/document-mask.ts';
import { type Mask, maskOf } from '../secrets/mask.ts';
import { secretValuesOf } from '../secrets/secret-values.ts';
import { listKeptLogs } from '../store/kept-log-files.ts';
import { readStoredCopy, type StoredCopy } from '../store/stored-copy.ts';
import { engineParts } from './engine-parts.ts';
import { gather } from './gather.ts';
import { hostParts } from './host-parts.ts';
import { keptLogParts } from './kept-log-parts.ts';
import { asJson, type Bundle, LIMIT_MS, type Part } from './part.ts';
import { type RedactedConfig, redactConfig } from './redact-config.ts';

const MAX_EVENTS = 2000;

export interface BundleSources {
  readonly configPath: string;
  /** What is asked of the agent, by the file that its answer becomes. */
  readonly agent: Readonly<Record<string, () => Promise<unknown>>>;
}

/** Takes at most 9 s, whoever hangs. Never rejects for what others do. */
export async function collectBundle({ configPath, agent }: BundleSources): Promise<Bundle> {
  const { dataDir, engineSocket, fault } = findPlaces(configPath);
  const engine = new EngineBystander(engineSocket, LIMIT_MS);
  const [store, containers] = await Promise.all([
    askWithin(LIMIT_MS, () => readStoredCopy(dataDir, MAX_EVENTS)),
    askWithin(LIMIT_MS, () => engine.containers()),
  ]);
  const kept = await askWithin(LIMIT_MS, () => listKeptLogs(dataDir));
  const environments = await askWithin(LIMIT_MS, () => environmentsOf(engine, containers));
  const { config, secrets } = readRedacted(configPath);
  const parts: Part[] = [
    { path: 'config.json', limitMs: LIMIT_MS, gather: async () => asJson({ fault, config }) },
    ...Object.entries(agent).map(([path, ask]) => agentPart(path, ask)),
    ...storeParts(store),
    ...keptLogParts(kept, store.ok ? null : store.why),
    ...hostParts(['/', dataDir, '/var/lib/docker'], store.ok),
    ...engineParts({
      ...{ engine, containers, statuses: store.ok ? store.value.statuses : [] },
      noLogs: whyNoLogs(store, environments),
    }),
  ];
  return gather(parts, maskOfAll({ store, environments, secrets }));
}

/** Of a file that cannot be read the fault says why. */
function readRedacted(configPath: string): RedactedConfig {
  try {
    return redactConfig(readToml(configPath));
  } catch {
    return { config: null, secrets: [] };
  }
}

/** The asker has a limit of its own; this one is for an agent that takes its time with each. */
function agentPart(path: string, ask: () => Promise<unknown>): Part {
  return { path, limitMs: LIMIT_MS, gather: async () => asJson(await ask()) };
}

function storeParts(store: Told<StoredCopy>): Part[] {
  const told = async (tell: (stored: StoredCopy) => string): Promise<string> => {
    if (!store.ok) throw new Error(`the store cannot be read: ${store.why}`);
    return tell(store.value);
  };
  const lines = ({ events }: StoredCopy): string =>
    events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const statuses = ({ writtenAt, statuses: all }: StoredCopy): string =>
    asJson({ written_at: writtenAt.toISOString(), statuses: all });
  return [
    { path: 'store/statuses.json', limitMs: LIMIT_MS, gather: () => told(statuses) },
    { path: 'store/events.jsonl', limitMs: LIMIT_MS, gather: () => told(lines) },
  ];
}

type Environments = readonly (readonly string[])[];

/** Of containers of the agent, as older documents than those in the store may have made them. */
async function environmentsOf(
  engine: EngineBystander,
  containers: Told<readonly SeenContainer[]>,
): Promise<Environments> {
  if (!containers.ok) throw new Error(containers.why);
  const own = containers.value.filter(({ deployment }) => deployment !== null);
  return Promise.all(own.map(({ id }) => engine.environmentOf(id)));
}

function whyNoLogs(store: Told<StoredCopy>, environments: Told<Environments>): string | null {
  const unknown = !store.ok ? store.why : environments.ok ? null : environments.why;
  return unknown === null ? null : `it may hold secrets, and which those are could not be read: ${unknown}`;
}

function maskOfAll(known: {
  readonly store: Told<StoredCopy>;
  readonly environments: Told<Environments>;
  readonly secrets: readonly string[];
}): Mask {
  const { store, environments, secrets } = known;
  const ofDocuments = maskOfDocuments(store.ok ? store.value.documents : []);
  const inContainers = environments.ok ? environments.value.flatMap(secretsIn) : [];
  const ofOthers = maskOf([...inContainers, ...secrets]);
  return (text) => ofOthers(ofDocuments(text));
}

function secretsIn(environment: readonly string[]): string[] {
  const pairs = environment.map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)] as const;
  });
  return secretValuesOf({ service: { environment: Object.fromEntries(pairs) }, files: [] });
}
