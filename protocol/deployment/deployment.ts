// The deployment document, `holdfast.deployment/1`: what a manager asks of a device.
import * as v from 'valibot';
import { durationSchema, revisionSchema, timestampSchema } from '../fields.ts';
import { record, strictObject } from '../objects.ts';
import { nameSchema, partNameSchema, serviceNameSchema } from '../values/names.ts';
import { networkSchema, volumeSchema } from './networks-and-volumes.ts';
import { purgedSchema } from './purge.ts';
import { serviceSchema } from './service.ts';
import { fileContentsSchema } from './service-files.ts';

export const DEPLOYMENT_SCHEMA = 'holdfast.deployment/1';

const windowSchema = strictObject({
  cron: v.pipe(v.string(), v.maxLength(128, 'at most 128 characters')),
  zone: v.optional(v.pipe(v.string(), v.maxLength(64, 'at most 64 characters')), 'UTC'),
  length: durationSchema,
});

const updateSchema = strictObject({
  strategy: v.optional(v.picklist(['stop-first', 'start-first']), 'stop-first'),
  /** How long every service must stay healthy before the revision counts as proven. */
  healthy_after: v.optional(durationSchema, '10s'),
  /** Counted from the end of the pull. */
  deadline: v.optional(durationSchema, '5m'),
  on_failure: v.optional(v.picklist(['rollback', 'keep']), 'rollback'),
  /** The switch happens only while it is open; images may be pulled before. */
  window: v.optional(windowSchema),
  /** The switch waits for as long as a local program keeps the file `hold/NAME` under the data directory. */
  hold: v.optional(v.boolean(), false),
});

const rolloutSchema = strictObject({
  percent: v.pipe(v.number(), v.minValue(0, 'from 0 to 100'), v.maxValue(100, 'from 0 to 100')),
  salt: v.pipe(v.string(), v.minLength(1, 'not empty'), v.maxLength(128, 'at most 128 characters')),
});

const head = {
  schema: v.literal(DEPLOYMENT_SCHEMA),
  name: nameSchema,
  revision: revisionSchema,
  issued_at: v.optional(timestampSchema),
};

const presentSchema = strictObject({
  ...head,
  state: v.literal('present'),
  services: v.pipe(
    record(serviceNameSchema, serviceSchema),
    v.minEntries(1, 'at least one service'),
    v.maxEntries(128, 'at most 128 services'),
  ),
  volumes: v.optional(
    v.pipe(record(partNameSchema, volumeSchema), v.maxEntries(256, 'at most 256 volumes')),
    {},
  ),
  networks: v.optional(
    v.pipe(record(partNameSchema, networkSchema), v.maxEntries(64, 'at most 64 networks')),
    {},
  ),
  // No defaults: they would change the name of contents that were barred before these keys were known.
  configs: v.optional(fileContentsSchema),
  secrets: v.optional(fileContentsSchema),
  update: v.optional(updateSchema, {}),
  rollout: v.optional(rolloutSchema),
});

const absentSchema = strictObject({
  ...head,
  state: v.literal('absent'),
  /** Volumes and paths in its folder to delete with it; anything else of both stays. */
  purge: v.optional(v.pipe(v.array(purgedSchema), v.maxLength(256, 'at most 256 items')), []),
  rollout: v.optional(rolloutSchema),
});

/** Ends a device's own document, so that a group's counts again: of no use to a group. */
const inheritSchema = strictObject({ ...head, state: v.literal('inherit') });

export const deploymentSchema = v.variant('state', [presentSchema, absentSchema, inheritSchema]);

export type PresentDeployment = v.InferOutput<typeof presentSchema>;
type AbsentDeployment = v.InferOutput<typeof absentSchema>;
/** It asks one device alone, so it has no roll-out. */
type InheritDeployment = v.InferOutput<typeof inheritSchema> & { readonly rollout?: never };
/** A validated document, defaults filled in. */
export type Deployment = PresentDeployment | AbsentDeployment | InheritDeployment;
export type UpdatePolicy = PresentDeployment['update'];
