// Devices that services need.
// Tested in test/agent/findings/find.test.ts.
import { byTechnician, type Candidate, type Row } from './candidate.ts';
import type { Facts } from './facts.ts';

/** A failure may be noticed before the look that finds the device gone. */
const LATE_MS = 30_000;
const NAMES = 5;

const subjectOf = (path: string): string => `devices${path}`;

/** Of a service that needs it, and that has failed since. */
function causes(cause: Candidate, other: Candidate, { devices }: Facts): boolean {
  const device = devices.find(({ path }) => subjectOf(path) === cause.subject);
  const isUser = device?.users.some(
    ({ deployment, service }) => deployment === other.deployment && service === other.service,
  );
  const sinceMs = Date.parse(other.since ?? cause.since ?? '');
  return isUser === true && sinceMs >= Date.parse(cause.since ?? '') - LATE_MS;
}

export const DEVICE_ROWS: readonly Row[] = [
  {
    ...{ code: 'device_gone', severity: 'error', visibleAfterMs: 0 },
    meaning: 'a device that a service needs was there and is not any more',
    mend: 'plug it in, or see why it went; its service is tried again by itself',
    find: ({ devices }) =>
      devices
        .filter(({ isThere }) => !isThere)
        .map(({ path, wentAt, users }) => {
          const names = users.map(({ deployment, service }) => `${deployment}/${service}`);
          const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : '';
          return {
            subject: subjectOf(path),
            title: `${path} is gone, which ${names.slice(0, NAMES).join(', ')}${more} needs`,
            ...(wentAt === null ? {} : { since: wentAt }),
            fix: byTechnician(
              'plug it in, or see why it went; its service is tried again by itself',
              'sudo dmesg | tail -n 30',
            ),
          };
        }),
    causes,
  },
];
