// Holds what differs of a service against the table of docs/compose.md: nothing else may, and all of it must.
import type { Condition, InspectDifference } from '../../docs/inspect-differences.ts';
import { type Difference, listOf, objectOf, type Plain } from './inspected.ts';

/** The services of a file that Compose has read, with the page's own words for what others say of them. */
export function servicesOf(file: unknown, initImage: string): Readonly<Record<string, Plain>> {
  const { services, configs, secrets } = objectOf(file);
  const all = Object.values(objectOf(services)).map(objectOf);
  const isJob = (name: string): boolean => {
    return all.some(({ depends_on }) => conditionOf(depends_on, name) === 'service_completed_successfully');
  };
  const isLinked = (name: string): boolean => {
    return all.some(({ links }) => listOfTexts(links).some((link) => link.startsWith(`${name}:`)));
  };
  const isText = (from: unknown, name: unknown): boolean => {
    return objectOf(objectOf(from)[String(name)]).file === undefined;
  };
  const situate = (name: string, service: Plain): Plain => ({
    ...service,
    job: isJob(name) || null,
    linked: isLinked(name) || null,
    'init image': service.image === initImage || null,
    'text file':
      listOf(service.configs).some(({ source }) => isText(configs, source)) ||
      listOf(service.secrets).some(({ source }) => isText(secrets, source)) ||
      null,
  });
  const entries = Object.entries(objectOf(services));
  return Object.fromEntries(entries.map(([name, service]) => [name, situate(name, objectOf(service))]));
}

function conditionOf(dependsOn: unknown, name: string): unknown {
  return objectOf(objectOf(dependsOn)[name]).condition;
}

function listOfTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Whether the row is about this service. */
export function isAbout({ where }: InspectDifference, service: Plain): boolean {
  return where.every((condition) => isMet(condition, service));
}

function isMet({ key, value, isThere }: Condition, service: Plain): boolean {
  const found = valuesAt(service, key.split('.'));
  const isFound = found.some((one) => (value === null ? one !== null : matches(value, one)));
  return isFound === isThere;
}

/** The values at a path whose parts may be `*`; what is not there is none. */
function valuesAt(value: unknown, [part, ...rest]: readonly string[]): unknown[] {
  if (part === undefined) return value === undefined ? [] : [value];
  if (part === '*') return Object.values(Object(value)).flatMap((one) => valuesAt(one, rest));
  return valuesAt(Object(value)[part], rest);
}

/** What is wrong between the table and what a service shows. */
export function judge(
  service: Plain,
  differences: readonly Difference[],
  table: readonly InspectDifference[],
): string[] {
  const rows = table.filter((row) => isAbout(row, service));
  const untold = differences.filter((one) => !rows.some((row) => tells(row, one)));
  const gone = rows.filter((row) => !differences.some((one) => tells(row, one)));
  return [
    ...untold.map((one) => `in no row: ${describe(one)}`),
    ...gone.map((row) => `no longer so: ${describe(row)}`),
  ];
}

function tells(row: InspectDifference, difference: Difference): boolean {
  return (
    matches(row.path, difference.path) &&
    matches(row.compose, difference.compose) &&
    matches(row.holdfast, difference.holdfast)
  );
}

/** In a text `*` stands for anything, and alone for any value but none. */
function matches(expected: unknown, found: unknown): boolean {
  if (expected === '*') return found !== null;
  if (typeof expected !== 'string' || !expected.includes('*'))
    return JSON.stringify(expected) === JSON.stringify(found) || expected === String(found);
  const parts = expected.split('*').map((part) => part.replaceAll(/[.\\+?^${}()|[\]]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(String(found));
}

function describe({ path, compose, holdfast }: Difference): string {
  return `${path}: ${JSON.stringify(compose)} by Compose, ${JSON.stringify(holdfast)} by Holdfast`;
}
