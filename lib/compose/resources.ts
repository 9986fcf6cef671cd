// The old keys of limits, `mem_limit` and others: they become `deploy.resources`, where the document has them.
// Tested in test/lib/compose/meaning.test.ts.

import type { Path } from '../../protocol/deployment/check-report.ts';
import { parseByteSize } from '../../protocol/values/byte-size.ts';
import type { Conversion, Field } from './conversion.ts';
import { type Json, type JsonObject, objectOf } from './json.ts';

interface OldKey {
  readonly key: string;
  readonly group: 'limits' | 'reservations';
  readonly name: string;
}

const OLD_KEYS: readonly OldKey[] = [
  { key: 'mem_limit', group: 'limits', name: 'memory' },
  { key: 'cpus', group: 'limits', name: 'cpus' },
  { key: 'cpu_quota', group: 'limits', name: 'cpus' },
  { key: 'pids_limit', group: 'limits', name: 'pids' },
  { key: 'mem_reservation', group: 'reservations', name: 'memory' },
];

/** The service with one way to say a limit. Two that differ are refused, as Compose does. */
export function joinResources(field: Field, service: JsonObject, run: Conversion): JsonObject {
  const { memswap_limit: swap, ...rest } = joinQuota(field, service, run);
  let joined: JsonObject = rest;
  for (const old of OLD_KEYS) joined = joinOne(field, joined, { ...old, run });
  if (swap !== undefined) checkSwap(field, swap, { service: joined, run });
  return joined;
}

/** Microseconds, as the engine has it where none is said. */
const CPU_PERIOD = 100_000;

/** Of time and the period in which it may be used, the cores that they come to; a period alone limits nothing. */
function joinQuota(field: Field, service: JsonObject, run: Conversion): JsonObject {
  const { cpu_period: period = CPU_PERIOD, cpu_quota: quota, ...rest } = service;
  if (typeof period !== 'number' || typeof quota !== 'number') return rest;
  // To the engine less than none is no limit.
  if (quota <= 0) return rest;
  if (period < 1000 || period > 1_000_000) {
    const at: Path = [...field.at, 'cpu_period'];
    run.fault({ at, offset: run.offsetOf(at) }, `${period} is no period; from 1000 to 1000000 microseconds`);
    return rest;
  }
  return { ...rest, cpu_quota: String(Number((quota / period).toFixed(9))) };
}

function joinOne(
  field: Field,
  service: JsonObject,
  { key, group, name, run }: OldKey & { run: Conversion },
): JsonObject {
  const { [key]: value, ...rest } = service;
  if (value === undefined) return rest;
  const deploy = objectOf(rest.deploy);
  const resources = objectOf(deploy.resources);
  const inGroup = objectOf(resources[group]);
  const from: Path = [...field.at, key];
  const at: Path = [...field.at, 'deploy', 'resources', group, name];
  const there = inGroup[name];
  const isSame = name === 'memory' ? isSameSize : isSameNumber;
  if (there !== undefined && !isSame(there, value)) {
    const message = `${show(value)} here and ${show(there)} in deploy.resources.${group}.${name}; say it once`;
    run.fault({ at: from, offset: run.offsetOf(from) }, message);
    return rest;
  }
  if (there !== undefined) return rest;
  run.land(at, from);
  const merged = { ...inGroup, [name]: value };
  return { ...rest, deploy: { ...deploy, resources: { ...resources, [group]: merged } } };
}

function isSameNumber(one: Json, other: Json): boolean {
  return one === other || Number(one) === Number(other);
}

function isSameSize(one: Json, other: Json): boolean {
  const bytes = parseByteSize(String(one));
  return one === other || (bytes !== null && bytes === parseByteSize(String(other)));
}

/** A service has no swap beyond its memory limit: a limit of both together that says so passes. */
function checkSwap(
  field: Field,
  swap: Json,
  { service, run }: { service: JsonObject; run: Conversion },
): void {
  const { memory } = objectOf(objectOf(objectOf(service.deploy).resources).limits);
  if (memory !== undefined && isSameSize(memory, swap)) return;
  const at: Path = [...field.at, 'memswap_limit'];
  run.fault({ at, offset: run.offsetOf(at) }, `"memswap_limit" is not carried out by Holdfast: ${NO_SWAP}`);
}

const NO_SWAP = 'a service has no swap beyond its memory limit; write the same as mem_limit, or leave it out';

function show(value: Json): string {
  return JSON.stringify(value);
}
