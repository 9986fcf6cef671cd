// From a document to what it asks, as values.
// Tested in test/agent/model/document/conversion.test.ts.
import type {
  UpdatePolicy as AskedUpdate,
  Deployment,
  PresentDeployment,
} from '../../../protocol/deployment/deployment.ts';
import type { DesiredDeployment, DesiredPresent, UpdatePolicy } from '../desired-deployment.ts';
import { networksOf, volumesOf } from './resources.ts';
import { specsOf } from './specs.ts';
import { boundedMs } from './values.ts';

/** Throws `NoValue` where a text in it is none. */
export function desiredOf(document: Deployment): DesiredDeployment {
  const head = { name: document.name, rollout: document.rollout ?? null };
  switch (document.state) {
    case 'present':
      return presentOf(document);
    case 'absent':
      return { ...head, state: 'absent', purge: document.purge };
    case 'inherit':
      return { ...head, state: 'inherit' };
  }
}

/** As `desiredOf`. */
export function presentOf(document: PresentDeployment): DesiredPresent {
  return {
    name: document.name,
    rollout: document.rollout ?? null,
    state: 'present',
    services: specsOf(document),
    networks: networksOf(document),
    volumes: volumesOf(document),
    update: updateOf(document.update),
  };
}

function updateOf({
  strategy,
  healthy_after,
  deadline,
  on_failure,
  window,
  hold,
}: AskedUpdate): UpdatePolicy {
  return {
    strategy,
    healthyAfterMs: boundedMs(healthy_after, 'update.healthy_after'),
    deadlineMs: boundedMs(deadline, 'update.deadline'),
    onFailure: on_failure,
    window:
      window === undefined
        ? null
        : {
            cron: window.cron,
            zone: window.zone,
            lengthMs: boundedMs(window.length, 'update.window.length'),
          },
    mayBeHeld: hold,
  };
}
