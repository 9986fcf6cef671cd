import { standingOf } from '../../lib/reports/standing.ts';
import { type Findings, why } from '../../protocol/operations/why.ts';
import type { Finding } from '../../protocol/reports/finding.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { type Offer, offer } from './offer.ts';
import { findNamed, noSuchName } from './resolve-name.ts';

export interface WhySources {
  /** As it is now. */
  find(): {
    readonly findings: readonly Finding[];
    readonly folded: readonly Finding[];
    readonly statuses: readonly Status[];
    readonly at: string;
  };
}

export function offerWhy(diagnosis: WhySources): Offer<Findings> {
  return offer(why, async ({ target }) => {
    const { statuses, ...found } = diagnosis.find();
    const followed = followedIn(statuses);
    const about = target === undefined ? null : subjectsNamed(target, followed);
    if (target !== undefined && about?.length === 0) return noSuchName(target, followed);
    const scope = target === undefined ? followed : followed.flatMap((status) => partOf(status, target));
    const answer = { ...chooseFindings(found, about), ...countFollowed(scope), at: found.at };
    return { kind: 'done', answer };
  });
}

/** The status with the services alone that the name stands for; none where it stands for nothing of it. */
function partOf(status: Status, target: string): Status[] {
  const named = findNamed(target, [status]);
  if (named.length === 0) return [];
  const isWhole = named.some(({ service }) => service === null);
  const services = Object.entries(status.services).filter(
    ([name]) => isWhole || named.some(({ service }) => service === name),
  );
  return [{ ...status, services: Object.fromEntries(services) }];
}

/** How much is looked after. */
export function countFollowed(
  statuses: readonly Status[],
): Pick<Findings, 'deployments' | 'services' | 'under_way'> {
  const followed = followedIn(statuses);
  const services = followed.reduce((count, status) => count + Object.keys(status.services).length, 0);
  const underWay = followed.filter((status) => standingOf(status) === 'under way');
  return {
    ...{ deployments: followed.length, services },
    under_way: underWay.map(({ deployment, phase }) => `${deployment}: ${phase}`),
  };
}

function followedIn(statuses: readonly Status[]): Status[] {
  return statuses.filter(({ phase }) => phase !== 'removed');
}

/** Subjects of all that bears this name, and of what belongs to it. */
function subjectsNamed(target: string, statuses: readonly Status[]): string[] {
  return findNamed(target, statuses).map(({ deployment, service }) =>
    service === null ? `deployments/${deployment}` : `deployments/${deployment}/services/${service}`,
  );
}

/** What is about one of these subjects or what belongs to it, with what it follows from. `null`: all. */
function chooseFindings(
  { findings, folded }: Pick<ReturnType<WhySources['find']>, 'findings' | 'folded'>,
  about: readonly string[] | null,
): Pick<Findings, 'findings' | 'folded'> {
  if (about === null) return { findings: [...findings], folded: [...folded] };
  const isAbout = ({ subject }: Finding): boolean =>
    about.some((wanted) => subject === wanted || subject.startsWith(`${wanted}/`));
  const chosen = folded.filter(isAbout);
  const ids = new Set(chosen.map(({ id }) => id));
  const causes = findings.filter((one) => isAbout(one) || one.cause_of.some((id) => ids.has(id)));
  return {
    findings: causes,
    folded: folded.filter(({ id }) => causes.some((one) => one.cause_of.includes(id))),
  };
}
