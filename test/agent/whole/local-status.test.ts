// What the running agent answers the technician: as the command reads it, and in the field names of all our documents.
import { parse } from 'valibot';
import { expect } from 'vitest';
import { status } from '../../../protocol/operations/status.ts';
import { deployment } from '../../fakes/deployments.ts';
import { test } from './world-test.ts';

/** What the documents themselves name is not ours. */
const NAMED = new Set(['services', 'usage']);

function keysIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    NAMED.has(key) ? [key, ...Object.values(inner ?? {}).flatMap(keysIn)] : [key, ...keysIn(inner)],
  );
}

test('the local status has no key in camel case', async ({ makeWorld }) => {
  const world = makeWorld();
  world.startAgent();
  world.publish(deployment({ revision: 1 }));
  await world.untilPhase('line', 'converged', { revision: 1 });
  const told: unknown = JSON.parse(JSON.stringify(await world.localStatus()));
  expect(parse(status.answer, told)).toEqual(told);
  expect(told).toMatchObject({
    host: { cpu_percent: 10, memory: { available_bytes: 3_000_000_000 } },
    usage: { line: { app: { cpu_percent: 1, memory_bytes: 23_456_789 } } },
  });
  const keys = new Set(keysIn(told));
  expect(keys).toContain('is_connected');
  expect([...keys].filter((key) => !/^[a-z][a-z0-9_]*$/.test(key))).toEqual([]);
});
