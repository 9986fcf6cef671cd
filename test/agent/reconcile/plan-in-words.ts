// A plan written down as people read it: each phase that is entered, and below it the steps, one a line.

import type { DesiredPresent } from '../../../agent/model/desired-deployment.ts';
import type { Revision } from '../../../agent/model/revision.ts';
import type { Step } from '../../../agent/model/steps.ts';
import { type Standing, standingOf } from '../../fakes/standing.ts';
import type { Model } from './situations.ts';

export interface Story {
  readonly model: Model;
  readonly desired: Revision;
  /** Every revision with services that is or was desired. */
  readonly revisions: readonly Revision<DesiredPresent>[];
  /** Images that are not here: each is, `PULL_ROUNDS` after it was first wanted. */
  readonly missing?: readonly string[];
  /** Further documents, each after the round in which that line was written down, or at `rest`. */
  readonly arrivals?: readonly { readonly after: string; readonly desired: Revision }[];
}

const MAX_ROUNDS = 60;
/** Long enough to see what is done meanwhile. */
const PULL_ROUNDS = 4;
const RESTS: readonly Standing[] = ['converged', 'rolled_back', 'removed'];

/**
 * Runs the planner round by round until it rests. A step that is taken side by side with the one above it
 * begins with `&`. Throws when it does not come to rest.
 */
export function planInWords({ model, revisions, missing = [], arrivals = [], ...start }: Story): string[] {
  const lines: string[] = [];
  const waiting = [...arrivals];
  const lacking = new Map(missing.map((image) => [image, PULL_ROUNDS]));
  let { desired } = start;
  let standing: Standing | null = null;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const words = wordsFor(model);
    const images = Object.fromEntries(
      [...lacking.keys()].map((image) => [image, { kind: 'missing' as const }]),
    );
    const { record, steps, ...decision } = model.round(desired, revisions, images);
    const wants = decision.wants.map(({ reference }) => reference);
    const entered = standingOf(record, desired.document.state === 'absent');
    const fresh = [
      ...(entered === standing ? [] : [entered]),
      ...wants.filter((image) => lacking.get(image) === PULL_ROUNDS).map((image) => `  pull ${image}`),
      ...steps.map((step, index) => `  ${index === 0 ? '' : '& '}${words(step)}`),
    ];
    lines.push(...fresh);
    standing = entered;
    for (const image of wants) {
      const left = (lacking.get(image) ?? 0) - 1;
      if (left > 0) lacking.set(image, left);
      else lacking.delete(image);
    }
    const [next] = waiting;
    const isAtRest = steps.length === 0 && RESTS.includes(entered);
    const written = [...fresh.map((line) => line.replace(/^ *(& )?/, '')), ...(isAtRest ? ['rest'] : [])];
    if (next !== undefined && written.includes(next.after)) {
      waiting.shift();
      ({ desired } = next);
      lines.push(`-- revision ${desired.revision} arrives`);
    } else if (isAtRest) {
      if (waiting.length > 0) throw new Error(`at rest, and nobody wrote "${waiting[0]?.after}"`);
      return lines;
    }
  }
  throw new Error(`no rest after ${MAX_ROUNDS} rounds:\n${lines.join('\n')}`);
}

/** Steps as `stop web r1`: containers by the revision that made them. */
function wordsFor(model: Model): (step: Step) => string {
  const before = model.containers;
  return (step) => {
    const verb = step.kind.replace('_container', '').replaceAll('_', ' ');
    if (step.kind === 'create_container') return `${verb} ${step.spec.name} r${step.spec.revision}`;
    if (step.kind === 'join_network') return `${verb} ${step.network}`;
    if ('network' in step) return `${verb} ${step.network}`;
    if ('volume' in step) return `${verb} ${step.volume}`;
    if ('folder' in step) return `${verb} ${step.folder}`;
    const container = before.find(({ id }) => id === step.container);
    return `${verb} ${container?.service} r${container?.revision}`;
  };
}
