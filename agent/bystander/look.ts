// What is known of a device whose agent does not answer: by its configuration, systemd, the store and the engine.
import type { WithoutAgent } from '../../protocol/operations/without-agent.ts';
import { EngineBystander } from '../docker/bystander.ts';
import { readStoredCopy } from '../store/stored-copy.ts';
import { findPlaces } from './places.ts';
import { askWithin, type Told } from './told.ts';
import { lookAtUnit } from './unit.ts';

/** Of each that is asked; they are asked at once. */
const LIMIT_MS = 1000;

/** Resolves within little more than a second; changes nothing. */
export async function lookWithoutAgent(configPath: string): Promise<WithoutAgent> {
  const { dataDir, engineSocket, fault } = findPlaces(configPath);
  const engine = new EngineBystander(engineSocket, LIMIT_MS);
  const [unit, store, containers] = await Promise.all([
    askWithin(LIMIT_MS, () => lookAtUnit(LIMIT_MS)),
    askWithin(LIMIT_MS, () => readStoredCopy(dataDir, 0)),
    askWithin(LIMIT_MS, () => ownContainers(engine)),
  ]);
  return {
    agent: null,
    config_fault: fault,
    unit: answerOf(unit),
    deployments: store.ok ? [...store.value.statuses] : null,
    stored_at: store.ok ? store.value.writtenAt.toISOString() : null,
    containers: answerOf(containers),
    missing: [
      ...whyNot('the unit holdfast', unit),
      ...whyNot(`the store in ${dataDir}`, store),
      ...whyNot(`the engine at ${engineSocket}`, containers),
    ],
  };
}

async function ownContainers(engine: EngineBystander): Promise<NonNullable<WithoutAgent['containers']>> {
  const all = await engine.containers();
  return all.flatMap(({ id: _, deployment, ...seen }) =>
    deployment === null ? [] : [{ ...seen, deployment }],
  );
}

function answerOf<T>(told: Told<T>): T | null {
  return told.ok ? told.value : null;
}

function whyNot(what: string, told: Told<unknown>): WithoutAgent['missing'] {
  return told.ok ? [] : [{ what, why: told.why }];
}
