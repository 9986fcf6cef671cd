// Every phase of a deployment as one table: what is done in it, what is stored before it is entered, what a
// crash in it leads to, what ends it. docs/operations.md shows the same rows; a test holds them equal.
import type { Phase } from '../../protocol/reports/status.ts';

/** Stages of an update under way; the record carries them. */
export type Stage = 'pulling' | 'switching' | 'proving' | 'condemned' | 'unproven';

/** A revision that was never proven over more starts of the agent or device than this may well be their cause. */
export const MAX_RESUMES = 5;

interface Row {
  /** The phase that the status tells; `null`: the one before stays. */
  readonly told: Phase | null;
  readonly does: string;
  readonly stored: string;
  readonly afterCrash: string;
  readonly ends: string;
}

interface StageRow extends Row {
  /** Whether a start of the agent in it counts towards `MAX_RESUMES`: what ends a loop across reboots. */
  readonly countsStarts: boolean;
}

type Rest = 'waiting' | 'rolling_back' | 'rolled_back' | 'converged' | 'degraded' | 'removing' | 'removed';

export const PHASE_TABLE: Readonly<Record<Stage, StageRow> & Record<Rest, Row>> = {
  pulling: {
    told: 'pulling',
    does: 'images are pulled, the old revision is kept running; an image that cannot be pulled is reported as `rolled_back` or `failed`',
    stored: 'the attempt: its revision, and which services failed before',
    afterCrash: 'the pull goes on',
    ends: 'all images are here',
    countsStarts: false,
  },
  waiting: {
    told: 'waiting',
    does: 'all images are here; the old revision runs until the window opens and no file holds the switch',
    stored: 'the attempt as in `pulling`, and what it waits for',
    afterCrash: 'it goes on waiting',
    ends: 'the window is open or `switch` was asked, and the hold file is gone',
  },
  switching: {
    told: 'switching',
    does: 'new containers are created, old ones stopped and kept, new ones started',
    stored: 'the stage; before each stop, which container is stopped on purpose',
    afterCrash: 'the same steps go on, from what is there. The start is counted',
    ends: 'every new container has been started; or what ends `proving`',
    countsStarts: true,
  },
  proving: {
    told: 'proving',
    does: 'all services must be healthy for `healthy_after`, within `deadline`',
    stored: 'the stage',
    afterCrash: 'the verification and its deadline start again. The start is counted',
    ends: `verified; or three failures of a service, the deadline, or more than ${MAX_RESUMES} starts counted`,
    countsStarts: true,
  },
  condemned: {
    told: null,
    does: 'the last log lines of the failing service are read',
    stored: 'the verdict: the reason, and whose log tells more',
    afterCrash: `they are read again; after more than ${MAX_RESUMES} counted starts they are left unread`,
    ends: 'the lines are stored: then `rolling_back`, or `unproven` with nothing to go back to or `on_failure: keep`',
    countsStarts: true,
  },
  unproven: {
    told: 'failed',
    does: 'the services are kept and tried again, less and less often',
    stored: 'the verdict with the log lines',
    afterCrash: 'the same goes on',
    ends: 'verified after all, `retry`, or another document',
    countsStarts: false,
  },
  rolling_back: {
    told: 'switching',
    does: 'the revision before runs again from its kept containers; `failed` with `inconsistent` while it fails too',
    stored: 'the content as blocked, with the reason; no attempt is left',
    afterCrash: 'the same steps go on; the content stays blocked',
    ends: 'every service of it is healthy, or another document',
  },
  rolled_back: {
    told: 'rolled_back',
    does: 'the revision before is kept running',
    stored: 'the phase, with the reason',
    afterCrash: 'what runs is left alone',
    ends: 'other content, `retry`, or the end of a block that ends by itself',
  },
  converged: {
    told: 'converged',
    does: 'what was asked is kept running',
    stored: 'the revision as verified, before anything of the one before is removed',
    afterCrash: 'what matches is left alone, what is left over goes',
    ends: 'a service fails, or another document',
  },
  degraded: {
    told: 'degraded',
    does: 'a service of the verified revision fails, and is tried again, less and less often',
    stored: 'the reason; the failures in a row of the service, and its wait',
    afterCrash: 'the wait starts again at its length, the count goes on',
    ends: 'every service is healthy again, after three failures in a row for long enough; or another document',
  },
  removing: {
    told: 'switching',
    does: 'containers are stopped and removed, then networks, then what `purge` names',
    stored: 'the phase; no attempt and no history are left',
    afterCrash: 'the same steps go on',
    ends: 'nothing is left, or another document',
  },
  removed: {
    told: 'removed',
    does: 'nothing',
    stored: 'that no revision is verified',
    afterCrash: 'nothing',
    ends: 'another document',
  },
};
