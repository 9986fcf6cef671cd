import { type Findings, why } from '../../protocol/operations/why.ts';
import type { Finding } from '../../protocol/reports/finding.ts';
import type { Status } from '../../protocol/reports/status.ts';
import { type Offer, offer, type Refused } from './offer.ts';

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
    const followed = statuses.filter(({ phase }) => phase !== 'removed');
    const about = target === undefined ? null : subjectsNamed(target, followed);
    if (target !== undefined && about?.length === 0) return noSuchName(target);
    const services = followed.reduce((count, status) => count + Object.keys(status.services).length, 0);
    const counts = { deployments: followed.length, services };
    return { kind: 'done', answer: { ...chooseFindings(found, about), ...counts, at: found.at } };
  });
}

/** Subjects of the deployments and services that bear this name, or are called `DEPLOYMENT/SERVICE`. */
function subjectsNamed(target: string, statuses: readonly Status[]): string[] {
  const [deployment, service] = target.split('/');
  return statuses.flatMap((status) => {
    const ofServices = Object.keys(status.services)
      .filter((name) =>
        service === undefined ? name === target : name === service && status.deployment === deployment,
      )
      .map((name) => `deployments/${status.deployment}/services/${name}`);
    return status.deployment === target ? [`deployments/${target}`, ...ofServices] : ofServices;
  });
}

function noSuchName(target: string): Refused {
  const message = `there is no deployment or service "${target}"`;
  return { kind: 'not_found', code: 'no_such_name', message };
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
