// What the agent knows by itself when it is well.
import type { KnownForChecks } from '../../../agent/ports/checks.ts';

export const KNOWN: KnownForChecks = {
  broker: { isConnected: true, protocol: '5', since: '2026-11-22T12:00:00Z', trouble: null, denied: [] },
};
