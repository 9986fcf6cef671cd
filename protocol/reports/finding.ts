// What is not as it should be on a device: one thing each, with its cause in the first sentence. The same list is behind
// `why`, `check`, the page, the device state and metrics.
// Tested in test/agent/findings/find.test.ts.
import * as v from 'valibot';
import { timestampSchema } from '../fields.ts';

/** `error`: something that was asked for does not work. `warning`: it will not, or works worse. `info`: meant so, or passing. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Of the lists in a finding: what is past it is left out, the newest lines of a log are kept. */
export const MAX_FINDING_LINES = 10;
/** Characters of one text of it. */
export const MAX_FINDING_TEXT = 400;

const fixSchema = v.object({
  /** Who can do it; `nobody`: it passes by itself. */
  by: v.picklist(['technician', 'fleet_manager', 'nobody']),
  /** What to do, as a phrase: no capital, no full stop. */
  text: v.string(),
  /** To be typed on the device. */
  command: v.optional(v.string()),
  /** Whether `holdfast fix ID --yes` does what `command` does. */
  can_run: v.boolean(),
});

/** What of it is told where there is little room. */
const briefEntries = {
  /** `CODE:SUBJECT`: stays the same for as long as it lasts, and when it comes again. */
  id: v.string(),
  severity: v.picklist(SEVERITIES),
  /** One sentence that names the cause with its figures; no full stop. */
  title: v.string(),
};

export const findingSchema = v.object({
  ...briefEntries,
  /** The row that it comes from; where a status has a reason, that reason's code. */
  code: v.string(),
  /** `device`, `engine`, `broker`, `clock`, `disk`, `registries/HOST`, `devices/dev/video0`, `deployments/NAME`, `deployments/NAME/services/NAME`. */
  subject: v.string(),
  /** When it began, or was first seen. */
  since: timestampSchema,
  /** What was seen, with figures. */
  evidence: v.array(v.string()),
  /** What happened shortly before it began, the newest first. */
  changed: v.array(v.string()),
  /** The last lines that the failing service wrote, oldest first. */
  log: v.array(v.string()),
  /** Ids of the findings that follow from this one, and are not told by themselves. */
  cause_of: v.array(v.string()),
  /** `null` where there is nothing to do. */
  fix: v.nullable(fixSchema),
});

export const briefFindingSchema = v.object(briefEntries);

export type Finding = v.InferOutput<typeof findingSchema>;
export type BriefFinding = v.InferOutput<typeof briefFindingSchema>;
export type Fix = v.InferOutput<typeof fixSchema>;
