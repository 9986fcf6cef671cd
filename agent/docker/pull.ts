// Pulls: platform first, then the layers, with every line of the stream read for an error.

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { parseImageReference } from '../../protocol/image-reference.ts';
import type { PullErrorCode, PullOptions, PullOutcome } from '../ports/engine.ts';
import { answerIn, unavailable } from './engine-error.ts';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** Credentials for one registry host, or `null`. They are sent to that host only. */
export type CredentialsFor = (host: string) => RegistryCredentials | null;

export async function pullImage(
  docker: Docker,
  reference: string,
  options: PullOptions & { readonly credentialsFor: CredentialsFor },
): Promise<PullOutcome> {
  const auth = authFor(reference, options.credentialsFor);
  const refusal = await checkPlatform(docker, reference, { ...options, auth });
  if (refusal !== null) return refusal;
  try {
    const stream = await docker.pull(reference, { ...auth, abortSignal: options.signal });
    const error = await readProgress(Readable.from(stream), options.onProgress);
    return error === null ? { ok: true } : classifyPullError(error);
  } catch (error) {
    if (options.signal.aborted) return { ok: false, code: 'aborted', message: 'given up', isTransient: true };
    const answer = answerIn(error);
    if (answer === null) throw unavailable(error);
    return classifyPullError(answer.message);
  }
}

type Auth = { authconfig?: { username: string; password: string; serveraddress: string } };

function authFor(reference: string, credentialsFor: CredentialsFor): Auth {
  const host = parseImageReference(reference)?.host ?? '';
  const credentials = credentialsFor(host);
  return credentials === null ? {} : { authconfig: { ...credentials, serveraddress: host } };
}

/** Asks the registry, through the engine, which platforms there are, so that none is fetched in vain. */
async function checkPlatform(
  docker: Docker,
  reference: string,
  { architecture, auth, signal }: { architecture: string; auth: Auth; signal: AbortSignal },
): Promise<PullOutcome | null> {
  const offered = await readPlatforms(docker, reference, { ...auth, abortSignal: signal });
  if (offered === null || offered.some((platform) => platform.startsWith(`linux/${architecture}`)))
    return null;
  return {
    ok: false,
    code: 'no_matching_platform',
    message: `this device is linux/${architecture}; the image offers ${offered.join(', ') || 'nothing'}`,
    hint: `build it for linux/${architecture} too: docker buildx build --platform linux/amd64,linux/arm64`,
    isTransient: false,
  };
}

/** `null` when the registry does not say: the pull will tell then. */
async function readPlatforms(docker: Docker, reference: string, options: object): Promise<string[] | null> {
  try {
    const info: unknown = await docker.getImage(reference).distribution(options);
    if (typeof info !== 'object' || info === null || !('Platforms' in info) || !Array.isArray(info.Platforms))
      return null;
    const platforms: { os?: string; architecture?: string; variant?: string }[] = info.Platforms;
    return platforms
      .filter(
        ({ architecture }) => architecture !== undefined && architecture !== 'unknown' && architecture !== '',
      )
      .map(({ os, architecture, variant }) => [os, architecture, variant].filter(Boolean).join('/'));
  } catch (error) {
    if (answerIn(error) === null && !isAborted(options)) throw unavailable(error);
    return null;
  }
}

function isAborted(options: object): boolean {
  return (
    'abortSignal' in options && options.abortSignal instanceof AbortSignal && options.abortSignal.aborted
  );
}

interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** Reads the pull's stream to its end; the error that stands in it, or `null`. The HTTP status is 200 either way. */
async function readProgress(stream: Readable, onProgress: PullOptions['onProgress']): Promise<string | null> {
  const layers = new Map<string, { current: number; total: number }>();
  let failure: string | null = null;
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() === '') continue;
    const message: PullLine = JSON.parse(line);
    failure ??= message.error ?? null;
    noteLayer(layers, message);
    const all = [...layers.values()];
    // Also for a line that tells of no bytes: unpacking on a slow card takes minutes, and moves all the while.
    onProgress(sum(all.map((layer) => layer.current)), sum(all.map((layer) => layer.total)));
  }
  return failure;
}

function noteLayer(
  layers: Map<string, { current: number; total: number }>,
  { id, status, progressDetail }: PullLine,
): void {
  if (id === undefined) return;
  if (status === 'Downloading' && progressDetail?.total !== undefined) {
    layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    return;
  }
  const known = layers.get(id);
  const isWhole = status === 'Download complete' || status === 'Pull complete';
  if (isWhole && known !== undefined) layers.set(id, { current: known.total, total: known.total });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

interface PullErrorClass {
  readonly pattern: RegExp;
  readonly code: PullErrorCode;
  readonly isTransient: boolean;
  readonly hint?: string;
}

/** The engine hands the registry's answer on as a sentence only. The first match counts. */
const PULL_ERRORS: readonly PullErrorClass[] = [
  {
    pattern: /no matching manifest|does not match the (specified|expected) platform|no match for platform/i,
    code: 'no_matching_platform',
    isTransient: false,
    hint: 'build the image for this architecture too',
  },
  {
    pattern: /no space left on device|disk quota exceeded/i,
    code: 'no_space',
    isTransient: true,
    hint: 'free disk space on the device; the next try comes by itself',
  },
  {
    pattern: /x509|certificate/i,
    code: 'registry_tls',
    isTransient: true,
    hint: "check the registry's certificate and the device's clock",
  },
  {
    pattern: /manifest unknown|not found|name unknown|repository does not exist/i,
    code: 'image_not_found',
    isTransient: false,
    hint: 'check the name and tag; a private image may need [registries."HOST"] in holdfast.toml',
  },
  {
    pattern:
      /unauthorized|authentication required|no basic auth|access (to the resource is )?denied|forbidden|denied/i,
    code: 'registry_auth',
    isTransient: false,
    hint: 'check [registries."HOST"] in holdfast.toml',
  },
  {
    pattern:
      /dial tcp|no such host|timeout|deadline exceeded|connection re(fused|set)|EOF|unreachable|TLS handshake|server misbehaving|received unexpected HTTP status: 5|toomanyrequests|client disconnected/i,
    code: 'registry_unreachable',
    isTransient: true,
  },
];

export function classifyPullError(message: string): PullOutcome {
  const known = PULL_ERRORS.find(({ pattern }) => pattern.test(message));
  if (known === undefined) return { ok: false, code: 'pull_failed', message, isTransient: true };
  const { code, isTransient, hint } = known;
  return { ok: false, code, message, isTransient, ...(hint === undefined ? {} : { hint }) };
}
