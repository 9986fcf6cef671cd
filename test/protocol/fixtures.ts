// The documents under test/fixtures/protocol/, one folder per schema, `accepted` and `refused` apart.
import { readdirSync, readFileSync } from 'node:fs';
import type * as v from 'valibot';
import { deploymentSchema } from '../../protocol/deployment/deployment.ts';
import { commandSchema, replySchema } from '../../protocol/operations/command.ts';
import { eventsSchema, knownEventSchema } from '../../protocol/reports/events.ts';
import { presenceSchema } from '../../protocol/reports/presence.ts';
import { stateSchema } from '../../protocol/reports/state.ts';
import { statusSchema } from '../../protocol/reports/status.ts';

const ROOT = new URL('../fixtures/protocol/', import.meta.url);

type Schema = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

export const schemaNames = [
  'deployment',
  'status',
  'state',
  'events',
  'event',
  'presence',
  'command',
  'reply',
] as const;
export type SchemaName = (typeof schemaNames)[number];

export const schemas: Readonly<Record<SchemaName, Schema>> = {
  deployment: deploymentSchema,
  status: statusSchema,
  state: stateSchema,
  events: eventsSchema,
  event: knownEventSchema,
  presence: presenceSchema,
  command: commandSchema,
  reply: replySchema,
};

export interface Fixture {
  readonly schema: SchemaName;
  /** What the document is about, as its file is called, with blanks. */
  readonly title: string;
  readonly value: unknown;
}

export function fixtures(schema: SchemaName, verdict: 'accepted' | 'refused'): Fixture[] {
  const folder = new URL(`${schema}/${verdict}/`, ROOT);
  return readdirSync(folder).map((file) => ({
    schema,
    title: file.replace('.json', '').replaceAll('-', ' '),
    value: JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  }));
}

export function allFixtures(verdict: 'accepted' | 'refused'): Fixture[] {
  return schemaNames.flatMap((name) => fixtures(name, verdict));
}

export function fixtureText(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

/** A present document with one good service, `web`, and whatever else is given. */
export function deploymentWith(
  service: object = {},
  rest: object = {},
): Record<string, unknown> & { services: Record<string, object> } {
  return {
    schema: 'holdfast.deployment/1',
    name: 'hello',
    revision: 1,
    state: 'present',
    services: { web: { image: 'nginx', ...service } },
    ...rest,
  };
}
