// All promises that are checked in every run; drills.ts has those that are tried out in the calm at its end.
import { acceptedDocumentsSurvive } from './accepted.ts';
import { waitsAreKept } from './back-off.ts';
import { barredStaysBarred } from './barred.ts';
import { everyEventTold } from './events.ts';
import { nothingForeignTouched, volumesStay } from './foreign.ts';
import { imageBeforeStop, imagesBeforeSwitch } from './images.ts';
import { neverFewer, neverTwins } from './instances.ts';
import { jobsAreAwaited, jobsAreDoneOnce } from './jobs.ts';
import { limitsAreTold } from './limits.ts';
import { outboxSurvives } from './outbox.ts';
import type { Promised } from './promise.ts';
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
import { tagsAreFollowed, tagsWait } from './tags.ts';

export const promises: readonly Promised[] = [
  ...[noNeedlessRestart, acceptedDocumentsSurvive, everyEventTold, imageBeforeStop, barredStaysBarred],
  ...[outboxSurvives, imagesBeforeSwitch, provenByTime, provenWasSeen, deadlineIsKept, deadlineEndsTheWait],
  ...[oldStaysUntilProven, waitsAreKept],
  ...[neverTwins, neverFewer, nothingForeignTouched, volumesStay, limitsAreTold],
  ...[statusesAreSound, statusesAgree, everythingBounded],
  ...[jobsAreDoneOnce, jobsAreAwaited, tagsWait, tagsAreFollowed],
];
