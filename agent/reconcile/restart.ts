// A manager's or technician's "restart": what runs of the services named is restarted once, and is no failure.
import type { Decision, ServiceView } from '../model/decision.ts';
import { instanceOf } from '../model/instance.ts';
import { isChanging } from '../model/pause.ts';
import type { DeploymentRecord } from '../model/record.ts';
import { instanceKeyOf } from '../model/step-table.ts';
import type { Step } from '../model/steps.ts';
import { forgiven } from './retry.ts';
import { withoutRepeats } from './running/repeats.ts';

/** Names of services; `null` in it: all of the deployment. */
export type RestartsAsked = ReadonlySet<string | null>;

interface Planned {
  readonly decision: Decision;
  /** What cannot be restarted yet. */
  readonly left: RestartsAsked;
}

/** The record with the waits of these services over: what has failed and stands still is started at once. */
export function withRestart(record: DeploymentRecord, asked: RestartsAsked): DeploymentRecord {
  const entries = Object.entries(record.services).map(([key, history]) => {
    return [key, isAsked(asked, instanceOf(key).service) ? forgiven(history) : history] as const;
  });
  return withoutRepeats({ ...record, services: Object.fromEntries(entries) });
}

/**
 * Adds the restarts to the steps of a decision. During a switch, its proof and a way back they wait: what ends then
 * would be held against a revision.
 */
export function planRestarts(decision: Decision, asked: RestartsAsked): Planned {
  if (asked.size === 0 || isChanging(decision.record)) return { decision, left: asked };
  const named = decision.services.filter(({ spec }) => isAsked(asked, spec.name));
  const steps = named.flatMap((view) => restartStep(view, named));
  const isBusy = (view: ServiceView): boolean => mustWait(view, decision.steps);
  const left = new Set(named.filter(isBusy).map(({ spec }) => spec.name));
  const planned = new Set(decision.steps.map(instanceKeyOf));
  const added = steps.filter((step) => !planned.has(instanceKeyOf(step)));
  return { decision: { ...decision, steps: [...decision.steps, ...added] }, left };
}

function isAsked(asked: RestartsAsked, service: string): boolean {
  return asked.has(null) || asked.has(service);
}

/** What lives in the namespaces of another that is restarted too follows it: it could not be started before it. */
function restartStep({ spec, container }: ServiceView, named: readonly ServiceView[]): Step[] {
  if (container?.state !== 'running' && container?.state !== 'restarting') return [];
  if (named.some((other) => spec.joins.includes(other.spec.name))) return [];
  return [{ kind: 'restart_container', spec, container: container.id, graceMs: container.stopGraceMs }];
}

/** It is being changed by another step, and goes on with what it had started with. */
function mustWait({ container }: ServiceView, steps: readonly Step[]): boolean {
  const step = steps.find((one) => 'container' in one && one.container === container?.id);
  return step !== undefined && CHANGES.includes(step.kind);
}

/** That its threads are asked changes nothing, and must be over before it ends. */
const CHANGES: readonly Step['kind'][] = [
  'unpause_container',
  'update_container',
  'join_network',
  'read_last_logs',
];
