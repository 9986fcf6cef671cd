// `restart` and its other name, `deploy.restart_policy`, which beats it in Compose.
// Tested in test/lib/compose/meaning.test.ts.

import type { Conversion, Field } from './conversion.ts';
import { type JsonObject, objectOf } from './json.ts';

/** By what Compose makes of them; what is no condition is left to the protocol. */
const BY_CONDITION: Readonly<Record<string, string>> = { none: 'no', any: 'always' };

/** The service with `restart` alone. */
export function joinRestart(field: Field, service: JsonObject, run: Conversion): JsonObject {
  const { restart_policy: policy, ...deploy } = objectOf(service.deploy);
  if (policy === undefined) return service;
  const { condition = 'any', max_attempts: attempts } = objectOf(policy);
  const name = BY_CONDITION[String(condition)] ?? String(condition);
  const isCounted = name === 'on-failure' && typeof attempts === 'number' && attempts > 0;
  const from = [...field.at, 'deploy', 'restart_policy'];
  if (attempts !== undefined && !isCounted) {
    const at = [...from, 'max_attempts'];
    run.note({ at, offset: run.offsetOf(at) }, `"max_attempts" is ignored: it counts with on-failure alone`);
  }
  run.land([...field.at, 'restart'], [...from, 'condition']);
  const rest = Object.keys(deploy).length === 0 ? {} : { deploy };
  const { deploy: _, ...others } = service;
  return { ...others, ...rest, restart: isCounted ? `${name}:${attempts}` : name };
}

const COMPLETED = 'service_completed_successfully';

/**
 * Without a word of the file Compose restarts nothing, and a device everything: but for what somebody waits for to
 * complete.
 */
export function defaultRestarts(services: JsonObject, run: Conversion): JsonObject {
  const awaited = new Set(Object.values(services).flatMap((service) => awaitedBy(objectOf(service))));
  const silent = Object.entries(services).filter(([, service]) => objectOf(service).restart === undefined);
  const jobs = silent.filter(([name]) => awaited.has(name));
  const loops = silent.filter(([name]) => !awaited.has(name));
  for (const [name] of jobs)
    noteAt(name, 'restart is "no" here, as another service waits for it to complete', run);
  const [first] = loops;
  if (first !== undefined) {
    const names = loops.map(([name]) => name).join(', ');
    noteAt(first[0], `restart is not said, so it is "always" (Compose: "no"): ${names}`, run);
  }
  const withJobs = jobs.map(([name, job]) => [name, { ...objectOf(job), restart: 'no' }] as const);
  return { ...services, ...Object.fromEntries(withJobs) };
}

function awaitedBy({ depends_on }: JsonObject): string[] {
  const all = Object.entries(objectOf(depends_on));
  return all.flatMap(([name, dependency]) => (objectOf(dependency).condition === COMPLETED ? [name] : []));
}

function noteAt(service: string, message: string, run: Conversion): void {
  const at = ['services', service];
  run.note({ at, offset: run.offsetOf(at) }, message);
}
