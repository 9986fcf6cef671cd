// Home Assistant's payloads as its documentation has them, written down as schemas: strict, as what it does not know is a
// mistake of ours, and one key of the wrong type has it pass over a whole message.
//
// Sources, of home-assistant/home-assistant.io: source/_integrations/mqtt.markdown ("Discovery topic", "Device discovery
// payload", "Using availability topics") at 0a314403, and source/_integrations/update.mqtt.markdown ("Configuration",
// "state_topic") at d7225566.
import * as v from 'valibot';

const text = v.pipe(v.string(), v.nonEmpty());
/** "Must only consist of characters from the character class [a-zA-Z0-9_-]". */
const OBJECT_ID = /^[a-zA-Z0-9_-]+$/;
const topic = v.pipe(text, v.regex(/^[^+#\0]+$/), v.maxLength(256));

const updateSchema = v.strictObject({
  platform: v.literal('update'),
  unique_id: text,
  name: text,
  state_topic: topic,
  command_topic: topic,
  payload_install: text,
});
/** "An empty config can be published as an update to remove a single component." */
const removedSchema = v.strictObject({ platform: v.literal('update') });

export const deviceConfigSchema = v.strictObject({
  device: v.strictObject({
    identifiers: v.pipe(v.array(text), v.nonEmpty()),
    name: text,
    manufacturer: text,
    model: text,
    sw_version: text,
  }),
  origin: v.strictObject({ name: text, sw_version: text }),
  availability_topic: topic,
  availability_template: text,
  qos: v.picklist([0, 1, 2]),
  components: v.record(v.pipe(text, v.regex(OBJECT_ID)), v.union([updateSchema, removedSchema])),
});

export const updateStateSchema = v.strictObject({
  installed_version: v.string(),
  latest_version: v.string(),
  title: v.string(),
  release_summary: v.pipe(v.string(), v.maxLength(255)),
  in_progress: v.boolean(),
  update_percentage: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
});

/** Where Home Assistant looks for configurations; the first level is its discovery prefix. */
const CONFIG_TOPIC = /^[^/]+\/(?<component>\w+)\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/;

export function readAsConfig(topicName: string): boolean {
  return CONFIG_TOPIC.test(topicName);
}
