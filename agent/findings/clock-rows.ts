// The wall clock.
// Tested in test/agent/findings/find.test.ts.
import { byTechnician, type Candidate, type Row } from './candidate.ts';

/** A time service needs some minutes after a boot. */
const UNSYNCHRONISED_MS = 10 * 60_000;
const FIX = byTechnician('let the device reach a time server, or set its clock', 'timedatectl');
const WAITS_FOR_IT = 'clock_not_synchronised';
const OF_CERTIFICATES: ReadonlySet<string> = new Set(['broker_tls', 'registry_tls']);

/** A certificate that is not valid by this clock. */
function isOfClock({ code, title }: Candidate): boolean {
  if (code === WAITS_FOR_IT) return true;
  return OF_CERTIFICATES.has(code) && /not valid yet|not yet valid|expired/.test(title);
}

export const CLOCK_ROWS: readonly Row[] = [
  {
    ...{ code: 'clock_wrong', severity: 'error', visibleAfterMs: 0 },
    meaning: 'the clock shows a time that cannot be',
    mend: 'let the device reach a time server, or set the clock',
    find: ({ clock, now }) =>
      clock.source === 'year' && clock.isSynchronised === false
        ? [{ subject: 'clock', title: `the clock is wrong: it shows ${now.toISOString()}`, fix: FIX }]
        : [],
    causes: (_, other) => isOfClock(other),
  },
  {
    ...{ code: 'clock_unsynchronised', severity: 'warning', visibleAfterMs: UNSYNCHRONISED_MS },
    meaning: 'no time server sets the clock',
    mend: 'let the device reach a time server',
    find: ({ clock, now, statuses }) => {
      if (clock.isSynchronised !== false || clock.source === 'year') return [];
      const waits = statuses.filter(({ reason }) => reason?.code === WAITS_FOR_IT);
      const title = `the clock is not synchronised; it shows ${now.toISOString()}`;
      const told = waits.length > 0 ? { visibleAfterMs: 0 } : {};
      return [
        { subject: 'clock', title, evidence: [`told by ${clock.source ?? 'nobody'}`], fix: FIX, ...told },
      ];
    },
    causes: (_, other) => isOfClock(other),
  },
];
