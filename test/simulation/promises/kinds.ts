// All promises that are checked in every run; drills.ts has those that are tried out in the calm at its end.

import type { Promised } from '../scene.ts';
import { isDrawn } from '../switched-off.ts';
import { acceptedDocumentsSurvive, revisionsAreOneContent } from './accepted.ts';
import { waitsAreKept } from './back-off.ts';
import { barredStaysBarred, goodIsNotBarred, verdictsTellTheCause } from './barred.ts';
import { crashesAreTold } from './crash-loops.ts';
import { everyEventTold } from './events.ts';
import { copiesLeftAlone, foldersStay, nothingForeignTouched, volumesStay } from './foreign.ts';
import { gracesAreKept } from './graces.ts';
import { threadsAreAskedOnce } from './hangs.ts';
import { standingIsHeard } from './heard.ts';
import { imageBeforeStop, imagesBeforeSwitch } from './images.ts';
import { neverFewer, neverTwins } from './instances.ts';
import { doneJobsAreRemembered, jobsAreAwaited, jobsAreDoneOnce } from './jobs.ts';
import { limitsAreTold } from './limits.ts';
import { outboxSurvives } from './outbox.ts';
import { pausedIsLeftAlone, pausesEnd, pausesOutlive } from './pauses.ts';
import { portsAreHandedOver } from './ports.ts';
import {
  deadlineEndsTheWait,
  deadlineIsKept,
  oldStaysUntilProven,
  provenByTime,
  provenWasSeen,
} from './proof.ts';
import { noNeedlessRestart } from './restarts.ts';
import { everythingBounded } from './sizes.ts';
import { statusesAgree, statusesAreSound } from './statuses.ts';
import { stepsAreBounded } from './steps.ts';
import { tagsAreFollowed, tagsWait } from './tags.ts';

const PROMISES: readonly Promised[] = [
  ...[goodIsNotBarred, verdictsTellTheCause, stepsAreBounded],
  ...[
    noNeedlessRestart,
    acceptedDocumentsSurvive,
    revisionsAreOneContent,
    everyEventTold,
    imageBeforeStop,
    barredStaysBarred,
  ],
  ...[outboxSurvives, imagesBeforeSwitch, provenByTime, provenWasSeen, deadlineIsKept, deadlineEndsTheWait],
  ...[oldStaysUntilProven, waitsAreKept],
  ...[
    neverTwins,
    neverFewer,
    nothingForeignTouched,
    copiesLeftAlone,
    volumesStay,
    limitsAreTold,
    foldersStay,
  ],
  ...[pausedIsLeftAlone, pausesOutlive, pausesEnd],
  ...[portsAreHandedOver, gracesAreKept, crashesAreTold, standingIsHeard, threadsAreAskedOnce],
  ...[statusesAreSound, statusesAgree, everythingBounded],
  ...[jobsAreDoneOnce, doneJobsAreRemembered, jobsAreAwaited, tagsWait, tagsAreFollowed],
];

/** Those that are not switched off; `also` names some that are kept all the same. */
export function drawnPromises(also: readonly string[]): readonly Promised[] {
  return PROMISES.filter(({ name }) => isDrawn(name, also));
}
