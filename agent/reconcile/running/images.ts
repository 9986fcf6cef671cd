// Images as services ask for them. One that is to be pulled for a revision is another want than the same
// image for a restart: the first is met by a pull alone, the second by what is here.
// Tested in test/agent/reconcile/update/pull-policy.test.ts.

import type { ServiceFacts } from '../../model/decision.ts';
import type { DesiredPresent } from '../../model/desired-deployment.ts';
import type { Facts } from '../../model/facts.ts';
import { instancesOf, keyOf } from '../../model/instance.ts';
import type { ImageStanding, Observed } from '../../model/observed.ts';
import type { Reason } from '../../model/reason.ts';
import type { Attempt, DeploymentRecord } from '../../model/record.ts';
import type { Revision } from '../../model/revision.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import { uniqueWants, type Want, wantKey } from '../../model/want.ts';
import { eligibleFor } from './outdated.ts';
import { findCarriers } from './select-container.ts';

/** What a service needs for a container at any time. */
function wantOf({ service }: ServiceSpec): Want {
  return { kind: 'image', reference: service.image.text, platform: service.platform, freshFor: null };
}

/** What must be pulled for this revision before its switch (`pull_policy: always`); `null` once that is done. */
export function freshWantOf(spec: ServiceSpec, hash: string, attempt: Attempt | null): Want | null {
  if (spec.service.pullPolicy !== 'always') return null;
  if (attempt?.hash === hash && (attempt.stage !== 'pulling' || isRefreshed(spec, attempt))) return null;
  return { ...wantOf(spec), freshFor: hash };
}

function isRefreshed({ name }: ServiceSpec, { refreshed }: Attempt): boolean {
  return refreshed !== undefined && Object.hasOwn(refreshed, name);
}

/** All that a decision on one revision may want to know of its images. */
export function wantsFor(
  { hash, document }: Revision<DesiredPresent>,
  record: DeploymentRecord,
  { containers }: Observed,
): Want[] {
  const specs = instancesOf(document.services);
  const eligible = eligibleFor({ hash, specs }, record, containers);
  const carriers = findCarriers(eligible.containers, specs, eligible.first);
  return specs.flatMap((spec) => {
    const isSettled = record.proven?.hash === hash;
    const fresh = isSettled ? null : freshWantOf(spec, hash, record.attempt);
    if (fresh !== null) return [wantOf(spec), fresh];
    return carriers.has(keyOf(spec.instance)) ? [] : [wantOf(spec)];
  });
}

/** Where the image stands that a service's container is made from. */
export function standingOf(images: Facts['images'], spec: ServiceSpec): ImageStanding {
  const standing = images.get(wantKey(wantOf(spec))) ?? { kind: 'missing' };
  return standing.kind === 'missing' && spec.service.pullPolicy === 'never' ? NOT_HERE : standing;
}

const NOT_HERE: ImageStanding = {
  kind: 'failed',
  code: 'image_missing',
  message: 'the image is not on this device, and pull_policy "never" forbids to pull it',
  hint: 'bring it with "docker load", or take another pull_policy',
  isTransient: false,
  // Nobody tries; every look of the loop sees whether it has come.
  retryAtMs: 0,
  nextTryAt: null,
};

/** Services without a container that cannot have one before their image comes. */
export function withoutImage(services: readonly ServiceFacts[]): ServiceFacts[] {
  return services.filter(({ needsContainer, image }) => needsContainer && image.kind !== 'present');
}

/** Images that must be pulled before the services without a container can have one. */
export function imagesToFetch(services: readonly ServiceFacts[]): Want[] {
  const pulled = withoutImage(services).filter(({ spec }) => spec.service.pullPolicy !== 'never');
  return uniqueWants(pulled.map(({ spec }) => wantOf(spec)));
}

type FailedImage = Extract<ImageStanding, { kind: 'failed' }>;

/** Why a service has no image, and when it may have one. */
export function reasonOfImage({ deployment, spec }: ServiceFacts, image: FailedImage): Reason {
  const { code, message } = image;
  const hints = [image.hint, nextTry(image, deployment)].filter((hint) => hint !== undefined);
  const reason = { code, path: `services.${spec.name}.image`, message };
  return hints.length === 0 ? reason : { ...reason, hint: hints.join('; ') };
}

/** No time where the next try comes within minutes: it would be a new status each time. */
function nextTry({ isTransient, nextTryAt }: FailedImage, deployment: string): string | undefined {
  if (nextTryAt !== null)
    return `it is tried again at ${nextTryAt}, or at once by holdfast retry ${deployment}`;
  return isTransient ? 'it is tried again within 5 minutes' : undefined;
}
