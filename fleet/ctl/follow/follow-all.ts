// `--wait`: follows all publications of one command at once, tells each device's end when it comes, then the sum.
// Tested in test/fleet/ctl/commands/deploy.test.ts.

import { expectDevices, type Publications } from '../../view/expect-devices.ts';
import type { FleetView } from '../../view/fleet-view.ts';
import type { DesiredRevision } from '../../view/judge-status.ts';
import type { Context } from '../context/context.ts';
import { describeProgress } from '../render/describe-status.ts';
import { createDisplay, type Display } from './display.ts';
import type { FleetWatch } from './fleet-watch.ts';
import { Follow, type Followed } from './follow.ts';
import { type Ended, explainNobody, type Outcome, summarize } from './outcome.ts';
import { reportEnded, reportLate } from './report-outcome.ts';

/** What one addressee was asked, and whom it concerns. */
export interface Aim {
  readonly publications: Publications;
  readonly desired: DesiredRevision;
  /** Nothing was published: what devices have told before is about it too. */
  readonly isUnchanged: boolean;
}

export interface FollowAllOptions {
  readonly watch: FleetWatch;
  readonly view: FleetView;
  readonly timeoutMs: number;
  readonly context: Context;
  readonly isJson: boolean;
}

interface Track extends Aim {
  readonly outcome: Outcome & { readonly ended: Map<string, Ended> };
  readonly followed: readonly Followed[];
}

/** Who is expected is found from the view as it is now: call it before publishing, and run what it returns after. */
export function prepareFollow(
  aims: readonly Aim[],
  view: FleetView,
): (options: FollowAllOptions) => Promise<readonly Outcome[]> {
  const tracks = aims.map((aim) => trackOf(aim, view));
  return (options) => followAll(tracks, options);
}

function trackOf(aim: Aim, view: FleetView): Track {
  const { publications, desired } = aim;
  const expectations = expectDevices(view, publications);
  const followed = expectations.flatMap((one): Followed[] =>
    one.kind === 'awaited' ? [{ device: one.device, desired, takesPart: one.takesPart }] : [],
  );
  return { ...aim, outcome: { to: publications.to, desired, expectations, ended: new Map() }, followed };
}

async function followAll(tracks: readonly Track[], options: FollowAllOptions): Promise<readonly Outcome[]> {
  const { watch, timeoutMs, context, isJson } = options;
  const display = createDisplay(context, isJson);
  const startedMs = context.monotonicMs();
  const elapsedMs = (): number => context.monotonicMs() - startedMs;
  for (const { outcome } of tracks)
    for (const { device, note } of outcome.expectations)
      if (note !== null) display.print(`${device}: ${note}`);
  const follow = followOf(tracks, { ...options, display, elapsedMs });
  try {
    await watch.during((signal) => follow.run(signal, timeoutMs - elapsedMs()));
  } finally {
    display.close();
  }
  reportRest(tracks, { ...options, display, elapsedMs });
  return tracks.map(({ outcome }) => outcome);
}

interface FollowContext extends FollowAllOptions {
  readonly display: Display;
  readonly elapsedMs: () => number;
}

function followOf(tracks: readonly Track[], { view, display, elapsedMs }: FollowContext): Follow {
  const trackFor = new Map(tracks.flatMap((track) => track.followed.map((one) => [one, track] as const)));
  const statusOf = ({ device, desired }: Followed) => view.deviceOf(device).statuses.get(desired.name);
  return new Follow({
    view,
    followed: [...trackFor.keys()],
    onPending: (one) => display.show(one.device, describeProgress(statusOf(one), one.desired)),
    onSettled: (one, settled, isNews) => {
      const track = trackFor.get(one);
      const wasSo = track?.isUnchanged === true && !isNews;
      const ended = { settled, elapsedMs: wasSo ? null : Math.round(elapsedMs()) };
      track?.outcome.ended.set(one.device, ended);
      reportEnded(one, ended, { display, status: statusOf(one) });
    },
  });
}

/** What is only known at the end: for whom the time was up, where nobody was, and the sum. */
function reportRest(tracks: readonly Track[], { view, display, elapsedMs }: FollowContext): void {
  for (const { followed, outcome } of tracks) {
    for (const one of followed.filter(({ device }) => !outcome.ended.has(device)))
      reportLate(one, elapsedMs(), { display, view: view.deviceOf(one.device) });
    const nobody = explainNobody(outcome);
    if (nobody !== null) display.fail(`error: ${nobody}`);
  }
  const sum = summarize(tracks.map(({ outcome }) => outcome));
  if (sum !== null) display.print(sum);
}
