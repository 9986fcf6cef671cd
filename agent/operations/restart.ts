import { type Restarted, restart } from '../../protocol/operations/restart.ts';
import type { Phase, Status } from '../../protocol/reports/status.ts';
import { type AgentState, inOrder } from '../notices/agent-state.ts';
import type { Publisher } from '../notices/notices.ts';
import { type Offer, offer, type Refused } from './offer.ts';
import { noSuchDeployment } from './pause.ts';
import { type Pauses, refusePaused } from './paused.ts';
import { longName, type Named, resolveName } from './resolve-name.ts';

export interface RestartTargets {
  /** Asks the loop of a deployment; `service` is `null` for all. `false` when there is no such deployment. */
  readonly supervisor: Pauses & { restart(deployment: string, service: string | null): boolean };
  readonly state: Pick<AgentState, 'engine' | 'statuses'>;
  readonly notices: Publisher;
}

/** Of a switch or a proof: its services are being started, and what ends meanwhile is held against the update. */
const UNDER_WAY: readonly Phase[] = ['switching', 'proving'];

/** Only begins with it: a stop may take as long as the grace of its container. */
export function offerRestart({ supervisor, state, notices }: RestartTargets): Offer<Restarted> {
  return offer(restart, async ({ target }) => {
    const statuses = inOrder(state.statuses.value);
    const resolved = resolveName(target, statuses);
    if (resolved.kind !== 'found') return resolved;
    const paused = refusePaused(resolved.named.deployment, supervisor);
    if (paused !== null) return paused;
    const { trouble } = state.engine.value;
    if (trouble !== null) return { kind: 'failed', code: trouble.code, message: trouble.message };
    const { named } = resolved;
    const status = statuses.find(({ deployment }) => deployment === named.deployment);
    if (status !== undefined && UNDER_WAY.includes(status.phase)) return underWay(named);
    if (status !== undefined && !hasContainer(status, named)) return nothingThere(status, named);
    if (!supervisor.restart(named.deployment, named.service)) return noSuchDeployment(named.deployment);
    const service = named.service === null ? {} : { service: named.service };
    const event = { type: 'restart_asked', deployment: named.deployment, ...service } as const;
    notices.publish({ kind: 'event', event });
    return { kind: 'accepted', answer: named };
  });
}

function underWay({ deployment }: Named): Refused {
  const message = `"${deployment}" is being changed now; ask again when that has ended, see holdfast status`;
  return { kind: 'refused', code: 'update_under_way', message };
}

function hasContainer({ services }: Status, { service }: Named): boolean {
  return Object.entries(services).some(
    ([name, { container }]) => container !== null && (service === null || service === name),
  );
}

function nothingThere({ phase, reason }: Status, named: Named): Refused {
  const why =
    reason === null ? `the deployment is ${phase}` : `the deployment is ${phase}: ${reason.message}`;
  const message = `there is nothing to restart: "${longName(named)}" has no container; ${why}; see holdfast why ${named.deployment}`;
  return { kind: 'refused', code: 'no_container', message };
}
