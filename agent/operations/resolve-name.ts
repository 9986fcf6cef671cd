// NAME as people type it: a deployment, a service, or DEPLOYMENT/SERVICE where the service's own name is not enough.
import { nearestName } from '../../lib/render/nearest-name.ts';
import type { Status } from '../../protocol/reports/status.ts';
import type { Refused } from './offer.ts';

/** The deployments that are known, with their services. */
export type Known = readonly (Pick<Status, 'deployment' | 'phase'> & {
  /** By name. */
  readonly services: Readonly<Record<string, unknown>>;
})[];

export interface NamedService {
  readonly deployment: string;
  readonly service: string;
}

/** `service` is `null` for the deployment as a whole. */
export interface Named {
  readonly deployment: string;
  readonly service: string | null;
}

export type Resolved<T> = { readonly kind: 'found'; readonly named: T } | Refused;

/** All that bears this name; removed deployments are not there any more. */
export function findNamed(name: string, known: Known): Named[] {
  return namesOf(known).filter(({ deployment, service }) => {
    if (service === null) return name === deployment;
    return name === service || name === `${deployment}/${service}`;
  });
}

/**
 * The one deployment or service of this name. A deployment comes before services that are called the same, as those have a
 * longer name besides.
 */
export function resolveName(name: string, known: Known): Resolved<Named> {
  const found = findNamed(name, known);
  const deployments = found.filter(({ service }) => service === null);
  return theOne(deployments.length > 0 ? deployments : found, name, known);
}

/** The one service of this name; a deployment's name is enough where it has one service alone. */
export function resolveService(name: string, known: Known): Resolved<NamedService> {
  const found = servicesIn(findNamed(name, known));
  const meant = found.length > 0 ? found : servicesIn(namesOf(known)).filter(isIn(name));
  return theOne(meant, name, known);
}

/** Nothing bears this name; names what was most likely meant. */
export function noSuchName(name: string, known: Known): Refused {
  const guess = nearestName(name, [...new Set(namesOf(known).flatMap(waysToSay))]);
  const advice = guess === null ? '' : `; "${guess}" is the nearest name`;
  return {
    kind: 'not_found',
    code: 'no_such_name',
    message: `there is no deployment or service "${name}"${advice}`,
  };
}

function theOne<T extends Named>(found: readonly T[], name: string, known: Known): Resolved<T> {
  const [named, another] = found;
  if (named === undefined) return noSuchName(name, known);
  if (another === undefined) return { kind: 'found', named };
  const choices = found.map(longName).join(', ');
  return { kind: 'refused', code: 'ambiguous_name', message: `"${name}" may be any of ${choices}; name one` };
}

function namesOf(known: Known): Named[] {
  return known
    .filter(({ phase }) => phase !== 'removed')
    .flatMap(({ deployment, services }) => [
      { deployment, service: null },
      ...Object.keys(services).map((service) => ({ deployment, service })),
    ]);
}

function servicesIn(named: readonly Named[]): NamedService[] {
  return named.flatMap(({ deployment, service }) => (service === null ? [] : [{ deployment, service }]));
}

function isIn(name: string): (one: Named) => boolean {
  return ({ deployment }) => deployment === name;
}

/** As it is typed where a service's own name is not enough. */
export function longName({ deployment, service }: Named): string {
  return service === null ? deployment : `${deployment}/${service}`;
}

function waysToSay(named: Named): string[] {
  return named.service === null ? [named.deployment] : [named.service, longName(named)];
}
