// The table of findings. The order is that in which causes are looked for: what stands above may be the cause of what
// stands below.
import { BROKER_ROWS } from './broker-rows.ts';
import type { Row } from './candidate.ts';
import { CLOCK_ROWS } from './clock-rows.ts';
import { DEVICE_ROWS } from './device-rows.ts';
import { DISK_ROWS } from './disk-rows.ts';
import { ENGINE_ROWS } from './engine-rows.ts';
import { HOST_ROWS } from './host-rows.ts';
import { PHASE_ROWS } from './phase-rows.ts';
import { REASON_ROW } from './reason-rows.ts';
import { REFUSAL_ROWS } from './refusal-rows.ts';
import { REGISTRY_ROW } from './registry-rows.ts';
import { SERVICE_ROWS } from './service-rows.ts';

export const ROWS: readonly Row[] = [
  ...DISK_ROWS,
  ...ENGINE_ROWS,
  ...CLOCK_ROWS,
  ...DEVICE_ROWS,
  REGISTRY_ROW,
  REASON_ROW,
  ...SERVICE_ROWS,
  ...PHASE_ROWS,
  ...REFUSAL_ROWS,
  ...BROKER_ROWS,
  ...HOST_ROWS,
];
