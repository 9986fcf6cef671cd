// `plan` for people: what would be done with a document, for how long services are away, and what it would fetch.
import type { PlanAnswer } from '../../protocol/operations/plan.ts';
import { formatBytes } from '../../protocol/values/byte-size.ts';
import { paint } from '../render/colour.ts';
import { wrap } from '../render/wrap.ts';
import type { View } from './view.ts';

const STYLES = {
  nothing: 'green',
  change: 'bold',
  blocked: 'yellow',
  not_followed: 'yellow',
  refused: 'red',
} as const;

/** The whole text, ending in a line break. */
export function renderPlan(answer: PlanAnswer, { columns, hasColour }: View): string {
  const [first = '', ...rest] = wrap(headline(answer), 0, columns);
  const lines = [
    hasColour ? paint(first, STYLES[answer.verdict]) : first,
    ...rest,
    ...blockers(answer).flatMap((line) => wrap(line, 2, columns)),
    ...changes(answer).flatMap((line) => wrap(line, 2, columns)),
    ...costs(answer, columns),
    ...answer.notes.flatMap((note) => wrap(`note: ${note}`, 0, columns)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Whether it would go through, or there is nothing to do. */
export function isPlanGood({ verdict }: PlanAnswer): boolean {
  return verdict === 'nothing' || verdict === 'change';
}

function headline(answer: PlanAnswer): string {
  const { deployment, revision, running, verdict, refused, services, blocked_by: blockedBy } = answer;
  const what = revision === null ? deployment : `${deployment} revision ${revision}`;
  const now = running === null ? 'none runs yet' : `revision ${running} runs now`;
  switch (verdict) {
    case 'refused':
      return `${what} would be refused: ${refused?.code}${at(refused?.path)}: ${refused?.message}`;
    case 'not_followed':
      return `${what} would be accepted and not followed`;
    case 'blocked':
      return `${what} would not go through now: ${blockedBy[0]?.code} (${now})`;
    case 'nothing':
      return `${what}: nothing to do`;
    case 'change': {
      const kept = services.filter(({ action }) => action === 'keep').length;
      const changed = services.length - kept;
      return `${what} would change ${count(changed, 'service')} and keep ${kept} (${now})`;
    }
  }
}

function blockers({ blocked_by: blockedBy }: PlanAnswer): string[] {
  return blockedBy.flatMap(({ code, path, message, hint }) => [
    `blocked: ${code}${at(path)}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ]);
}

function at(path: string | undefined): string {
  return path === undefined || path === '' ? '' : ` at ${path}`;
}

function changes({ services, resources }: PlanAnswer): string[] {
  return [
    ...services.flatMap(({ service, action, reason, downtime }) => [
      `${service}: ${action}: ${reason}`,
      ...(downtime === null ? [] : [`${service}: away: ${downtime.text}`]),
    ]),
    ...resources.map(({ path, action }) => `${path}: ${action}`),
  ];
}

function costs({ fetch, disk }: PlanAnswer, columns: number | null): string[] {
  if (fetch.images.length === 0) return [];
  const sum = fetch.bytes === null ? 'not known' : formatBytes(fetch.bytes);
  const images = fetch.images.map(({ reference, bytes, layers, note }) => {
    const size = bytes === null ? 'not known' : formatBytes(bytes);
    const missing = layers === null ? '' : `, ${layers.missing} of ${layers.total} layers`;
    return `${reference}: ${size}${missing}${note === null ? '' : `: ${note}`}`;
  });
  return [
    `fetch: ${sum}`,
    ...images.flatMap((line) => wrap(line, 2, columns)),
    ...(disk === null ? [] : wrap(diskLine(disk), 0, columns)),
  ];
}

function diskLine({
  path,
  free_bytes: free,
  free_after_bytes: after,
  reserve_bytes: reserve,
}: NonNullable<PlanAnswer['disk']>): string {
  const then = after === null ? 'not known after it' : `about ${formatBytes(Math.max(0, after))} after it`;
  return `disk: ${formatBytes(free)} free in ${path}, ${then}; ${formatBytes(reserve)} are kept free`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
