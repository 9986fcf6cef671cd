// JSON objects as our schemas mean them. Valibot's own take a list for an object, tell the first unknown key
// alone, and pass over the keys `__proto__`, `prototype` and `constructor` of a record without a word.
// Tested in test/protocol/faults.test.ts.
import * as v from 'valibot';

type Config = v.Config<v.BaseIssue<unknown>>;
type Key = v.BaseSchema<string, string, v.BaseIssue<unknown>>;
type Value = v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>;

/** An object with these fields and no others. An unknown field does not keep the others from being checked. */
export function strictObject<const E extends v.ObjectEntries>(
  entries: E,
): v.StrictObjectSchema<E, undefined> {
  const schema = v.strictObject(entries);
  const runFields = schema['~run'].bind(schema);
  const isKnown = ([key]: [string, unknown]): boolean => Object.hasOwn(entries, key);
  return Object.assign(schema, {
    '~run'(dataset: v.UnknownDataset, config: Config) {
      const input = dataset.value;
      if (Array.isArray(input)) return notAnObject(schema, dataset, config);
      if (!isObject(input)) return runFields(dataset, config);
      const fields = Object.entries(input);
      const result = runFields({ value: Object.fromEntries(fields.filter(isKnown)) }, config);
      const { typed } = result;
      for (const [key, value] of fields.filter((field) => !isKnown(field))) {
        const path: [v.ObjectPathItem] = [{ type: 'object', origin: 'key', input, key, value }];
        v._addIssue(schema, 'key', result, config, { input: key, expected: 'never', path });
      }
      return Object.assign(result, { typed });
    },
  });
}

/** An object with keys of the sender's choice. Every key is held against `key`, the odd ones too. */
export function record<const K extends Key, const V extends Value>(
  key: K,
  value: V,
): v.RecordSchema<K, V, undefined> {
  const schema = v.record(key, value);
  const runEntries = schema['~run'].bind(schema);
  return Object.assign(schema, {
    '~run'(dataset: v.UnknownDataset, config: Config) {
      const input = dataset.value;
      if (Array.isArray(input)) return notAnObject(schema, dataset, config);
      const result = runEntries(dataset, config);
      if (!isObject(input)) return result;
      const { typed } = result;
      for (const [name, entry] of Object.entries(input).filter(
        ([name]) => !v._isValidObjectKey(input, name),
      )) {
        const [fault] = key['~run']({ value: name }, config).issues ?? [];
        if (fault === undefined) continue;
        const path: [v.ObjectPathItem] = [{ type: 'object', origin: 'key', input, key: name, value: entry }];
        v._addIssue(schema, 'key', result, config, { input: name, path, message: fault.message });
      }
      return Object.assign(result, { typed });
    },
  });
}

function isObject(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null;
}

function notAnObject(schema: Value, dataset: v.UnknownDataset, config: Config): v.FailureDataset<never> {
  v._addIssue(schema, 'type', dataset, config);
  // Sound: the line above has put an issue in, and a dataset with a type issue is a failure.
  return dataset as unknown as v.FailureDataset<never>;
}
