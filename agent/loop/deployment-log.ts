// What the journal tells of one deployment: phases with their reasons, failures of services, and what was done about
// them, so that `journalctl -u holdfast` answers for the night without a broker. Single steps are for debugging.
// Tested in test/agent/whole/deployment-log.test.ts.

import type { Logger } from '../../lib/program/logger.ts';
import type { ServiceView } from '../model/decision.ts';
import { historyOf, isNewFailure } from '../model/histories.ts';
import { instanceOf, keyOf } from '../model/instance.ts';
import type { Reason } from '../model/reason.ts';
import type { DeploymentRecord, ServiceHistory } from '../model/record.ts';
import { blameOf, serviceOf } from '../model/step-table.ts';
import type { Step, StepResult } from '../model/steps.ts';
import { newlyBarred, newStrangers } from './events-of.ts';

export class DeploymentLog {
  readonly #deployment: string;
  readonly #logger: Logger;
  /** Instances of services that failed and have not been seen healthy since, by key. */
  readonly #unwell = new Set<string>();

  constructor(deployment: string, logger: Logger) {
    this.#deployment = deployment;
    this.#logger = logger;
  }

  /** What became of the record. */
  noteChange(before: DeploymentRecord, after: DeploymentRecord): void {
    for (const [key, history] of Object.entries(after.services))
      this.#noteFailure(key, before.services[key], history);
    for (const { id, name, service } of newStrangers(before, after)) {
      const text = `container ${name} bears the labels of service ${service}, and is none of the agent's: it is left alone`;
      this.#logger.warn(this.#about({ service, container: id.slice(0, 12), name }), text);
    }
    const condemned = newlyBarred(before, after)?.reason;
    if (condemned !== undefined) {
      const revision = before.attempt?.revision ?? null;
      const text = `revision ${revision} did not prove itself: ${condemned.message}`;
      this.#logger.warn({ ...this.#about({ revision }), ...asFields(condemned) }, text);
    }
    if (before.phase !== after.phase || before.reason?.code !== after.reason?.code) this.#notePhase(after);
  }

  /** Services that are healthy again after they failed. */
  noteHealth(views: readonly ServiceView[]): void {
    for (const { spec, verdict } of views) {
      if (verdict.health !== 'healthy' || !this.#unwell.delete(keyOf(spec.instance))) continue;
      this.#logger.info(this.#about({ service: spec.name }), `service ${spec.name} is healthy again`);
    }
  }

  /** `record` is the one from before these steps. */
  noteSteps(record: DeploymentRecord, results: readonly StepResult[]): void {
    for (const { step, outcome } of results) {
      const service = serviceOf(step);
      const about = this.#about({ step: step.kind, ...(service === null ? {} : { service }) });
      if (!outcome.ok) {
        const { code, message, hint } = outcome;
        // That of a service is told as its failure, with the next try.
        const level = typeof blameOf(step) === 'object' ? 'debug' : 'warn';
        this.#logger[level]({ ...about, code, hint }, `step ${step.kind} failed: ${message}`);
      } else if (isRestart(step, record)) this.#logger.info(about, `service ${service} was started again`);
      else this.#logger.debug(about, 'step');
    }
  }

  #noteFailure(key: string, before: ServiceHistory | undefined, after: ServiceHistory): void {
    const failure = after.lastFailure;
    if (failure === null || !isNewFailure(before?.lastFailure ?? null, failure)) return;
    this.#unwell.add(key);
    const { service } = instanceOf(key);
    const { code, message, hint, exitCode, nextTryAt } = failure;
    const { restarts, delayMs } = after;
    const isRestarted = restarts > (before?.restarts ?? 0);
    const fields = { service, code, exit_code: exitCode, restarts, hint };
    const next = delayMs === 0 ? {} : { next_try_at: nextTryAt };
    const what = isRestarted ? '; the engine has started it again' : '';
    this.#logger.warn(this.#about({ ...fields, ...next }), `service ${service} failed: ${message}${what}`);
  }

  #notePhase(record: DeploymentRecord): void {
    const { phase, reason } = record;
    const isTrouble = reason !== null && phase !== 'waiting' && phase !== 'converged';
    const why = reason === null ? '' : `: ${reason.message}`;
    const revision = record.attempt?.revision ?? record.proven?.revision ?? null;
    // The last words of an update that has ended were told with its verdict.
    const lastWords = record.attempt === null ? { log: undefined } : {};
    this.#logger[isTrouble ? 'warn' : 'info'](
      { ...this.#about({ phase, revision }), ...asFields(reason), ...lastWords },
      `${describePhase(record)}${why}`,
    );
  }

  #about(fields: object): object {
    return { deployment: this.#deployment, ...fields };
  }
}

function asFields(reason: Reason | null): object {
  if (reason === null) return {};
  const { code, path, hint, log } = reason;
  return { code, path, hint, log };
}

function describePhase(record: DeploymentRecord): string {
  const [asked, proven] = [record.attempt?.revision, record.proven?.revision];
  switch (record.phase) {
    case 'waiting':
      return asked === undefined ? 'nothing runs yet' : `revision ${asked} waits`;
    case 'pulling':
      return `the images of revision ${asked} are fetched`;
    case 'switching':
      if (asked !== undefined) return `switching to revision ${asked}`;
      return isGoingBack(record) ? `going back to revision ${proven}` : 'removing it';
    case 'proving':
      return `revision ${asked} was started and has to stay healthy`;
    case 'converged':
      return `revision ${proven} runs and is healthy`;
    case 'degraded':
      return `revision ${proven} is not well`;
    case 'rolled_back':
      if (asked !== undefined) return `revision ${asked} cannot be had, revision ${proven} runs on`;
      return `revision ${proven} runs again`;
    case 'failed':
      return asked === undefined ? 'nothing good to run' : `revision ${asked} failed`;
    case 'removed':
      return 'removed';
  }
}

/** A removal has no attempt either, and no reason but what blocks it. */
function isGoingBack({ reason, barred }: DeploymentRecord): boolean {
  return barred.some(
    (entry) => entry.reason.code === reason?.code && entry.reason.message === reason.message,
  );
}

/** Whether a run begins because the last one failed, or because the agent ends it. */
function isRestart(step: Step, record: DeploymentRecord): boolean {
  if (step.kind === 'restart_container') return true;
  return step.kind === 'start_container' && historyOf(record, step.spec).failuresInRow > 0;
}
