// A look at what the registry offers, before a byte of it is fetched.
// Tested in test/agent/docker/pull.test.ts.
import type Docker from 'dockerode';
import {
  formatPlatform,
  type Platform,
  parsePlatform,
  platformOf,
  servesPlatform,
} from '../../protocol/values/platform.ts';
import type { PullFailure } from '../ports/supplier.ts';
import { answerIn, unavailable } from './engine-error.ts';
import { classifyPullError } from './pull-errors.ts';

interface Wanted {
  /** This device's own. */
  readonly architecture: string;
  /** `null` for this device's own. */
  readonly platform: Platform | null;
  readonly auth: object;
  readonly signal: AbortSignal;
}

/** `unknown` where the registry does not say: the pull will tell then. */
export type PlatformLook =
  | { readonly kind: 'offered' | 'unknown' }
  | { readonly kind: 'refused'; readonly failure: PullFailure };

/**
 * Asks the registry, through the engine, which platforms there are, so that none is fetched in vain. One that says it was
 * asked too often is not asked for more.
 */
export async function lookForPlatform(
  docker: Docker,
  reference: string,
  { architecture, platform, auth, signal }: Wanted,
): Promise<PlatformLook> {
  try {
    const info: unknown = await docker.getImage(reference).distribution({ ...auth, abortSignal: signal });
    const offered = platformsIn(info);
    const wanted = platformOf(platform, architecture);
    if (offered === null) return { kind: 'unknown' };
    if (offered.some((text) => serves(text, wanted))) return { kind: 'offered' };
    return { kind: 'refused', failure: mismatch(offered, wanted, platform !== null) };
  } catch (error) {
    const answer = answerIn(error);
    if (answer === null && !signal.aborted) throw unavailable(error);
    const failure = answer === null ? null : classifyPullError(answer.message, reference);
    return failure?.code === 'registry_rate_limited' ? { kind: 'refused', failure } : { kind: 'unknown' };
  }
}

function serves(offered: string, wanted: Platform): boolean {
  const platform = parsePlatform(offered);
  return platform !== null && servesPlatform(platform, wanted);
}

function mismatch(offered: readonly string[], wanted: Platform, isAsked: boolean): PullFailure {
  const name = formatPlatform(wanted);
  const asked = isAsked ? `the service asks for ${name}` : `this device is ${name}`;
  return {
    ok: false,
    code: 'no_matching_platform',
    message: `${asked}; the image offers ${offered.join(', ') || 'nothing'}`,
    hint: `build it for ${name} too: docker buildx build --platform linux/amd64,linux/arm64`,
  };
}

function platformsIn(info: unknown): string[] | null {
  if (typeof info !== 'object' || info === null || !('Platforms' in info) || !Array.isArray(info.Platforms))
    return null;
  const platforms: { os?: string; architecture?: string; variant?: string }[] = info.Platforms;
  return platforms
    .filter(
      ({ architecture }) => architecture !== undefined && architecture !== 'unknown' && architecture !== '',
    )
    .map(({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join('/'));
}
