// A status in words. Pure: data in, text out.
// Tested in test/fleet/ctl/commands/deploy.test.ts.
import { describeCause } from '../../../lib/reports/failure-words.ts';
import { formatReason } from '../../../lib/reports/reason-words.ts';
import { describeBytes, describeService } from '../../../lib/reports/service-words.ts';
import type { Progress, Reason, Status } from '../../../protocol/reports/status.ts';
import { type DesiredRevision, isOurs } from '../../view/judge-status.ts';

/** `text` for people; `key` changes only with what deserves a line of its own, not with every byte pulled. */
export interface Description {
  readonly key: string;
  readonly text: string;
}

/** Where a device stands on its way to the desired revision. */
export function describeProgress(status: Status | undefined, desired: DesiredRevision): Description {
  if (status === undefined) return same('has not answered yet');
  // Where a document of its own ends, the device goes over to a group's.
  const hasGoneOver = desired.state === 'inherit' && status.source !== desired.source;
  if (hasGoneOver || isOurs(status, desired)) return describePhase(status);
  return same(`has not taken revision ${desired.revision} up yet`);
}

function describePhase(status: Status): Description {
  const { phase, services, reason } = status;
  if (phase === 'pulling') return describePull(services, reason);
  if (phase === 'waiting') return same(`waiting${reason === null ? '' : `: ${formatReason(reason)}`}`);
  const states = Object.entries(services).map(([name, service]) => `${name} ${describeService(service)}`);
  const detail = states.length === 0 ? '' : ` (${states.join(', ')})`;
  return same(`${phase}${detail}${reason === null ? '' : `: ${formatReason(reason)}`}`);
}

function same(text: string): Description {
  return { key: text, text };
}

function describePull(services: Status['services'], reason: Reason | null): Description {
  const pulled = Object.entries(services).flatMap(([name, { progress }]) =>
    progress === null ? [] : [{ name, progress }],
  );
  const names = pulled.map(({ name }) => name).join(', ');
  const why = reason === null ? '' : `: ${formatReason(reason)}`;
  if (pulled.length === 0) return same(`pulling${why}`);
  const bytes = describeBytes(sumOf(pulled.map(({ progress }) => progress)));
  return { key: `pulling ${names}${why}`, text: `pulling ${names} ${bytes}${why}` };
}

function sumOf(progresses: readonly Progress[]): Progress {
  return progresses.reduce((sum, { current_bytes: current, total_bytes: total }) => {
    return { current_bytes: sum.current_bytes + current, total_bytes: sum.total_bytes + total };
  });
}

/** One line per service that is not well, with its last failure, which may bring log lines along. */
export function describeFailures(services: Status['services']): string[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const { last_failure: failure, oom_killed: isOutOfMemory } = service;
    const isWell = service.state === 'running' && service.health !== 'unhealthy';
    if (failure === null && isWell) return [];
    const oom = isOutOfMemory ? ', out of memory' : '';
    const why = failure === null ? '' : `: ${formatReason(failure)}${describeCause(failure)}`;
    return `${name}: ${describeService(service)}${oom}${why}`.trimEnd().split('\n');
  });
}
