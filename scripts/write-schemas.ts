// Writes the published JSON Schema files from the one source, `protocol/`. With `--check`, only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { toJsonSchema } from '@valibot/to-json-schema';
import { deploymentSchema } from '../protocol/deployment/deployment.ts';
import { commandSchema, replySchema } from '../protocol/operations/command.ts';
import { eventsSchema, knownEventSchema } from '../protocol/reports/events.ts';
import { presenceSchema } from '../protocol/reports/presence.ts';
import { stateSchema } from '../protocol/reports/state.ts';
import { statusSchema } from '../protocol/reports/status.ts';

const schemas = {
  deployment: deploymentSchema,
  status: statusSchema,
  state: stateSchema,
  events: eventsSchema,
  event: knownEventSchema,
  presence: presenceSchema,
  command: commandSchema,
  reply: replySchema,
};

const isCheck = process.argv.includes('--check');
let stale = 0;
for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(`../protocol/schemas/${name}.json`, import.meta.url);
  // `input`: a sender may leave out what has a default.
  const json = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `holdfast.${name}/1`,
    ...toJsonSchema(schema, { typeMode: 'input' }),
  };
  const text = `${JSON.stringify(json, null, 2)}\n`;
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`protocol/schemas/${name}.json is stale: npm run schemas`);
    stale += 1;
  }
}
process.exitCode = stale > 0 ? 1 : 0;
