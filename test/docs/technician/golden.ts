// The steps of docs/technician.md, and what each command of it prints.
import path from 'node:path';

export const GOLDEN = path.join(import.meta.dirname, 'golden');

export const STEPS = [
  ...['well-status', 'well-why', 'check', 'check-again'],
  ...['crash-status', 'crash-why', 'crash-logs', 'crash-events', 'crash-retry', 'crash-after'],
  ...['hang-why', 'hang-logs', 'hang-restart'],
  ...['back-status', 'back-why'],
  ...['broker-why', 'broker-status', 'disk-why', 'down-status', 'down-bundle'],
] as const;
export type StepName = (typeof STEPS)[number];
