// Pulls: platform first, then the layers, with every line of the stream read for an error.

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { parseImageReference } from '../../protocol/image-reference.ts';
import { formatPlatform, parsePlatform, platformOf, servesPlatform } from '../../protocol/platform.ts';
import type { PullErrorCode, PullFailure, PullOptions, PullOutcome, PullProgress } from '../ports/engine.ts';
import { answerIn, unavailable } from './engine-error.ts';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** Credentials for one registry host, or `null`. They are sent to that host only. */
export type CredentialsFor = (host: string) => RegistryCredentials | null;

interface Options extends PullOptions {
  readonly credentialsFor: CredentialsFor;
}

/** Credentials that are refused may have been changed just now: they are read again, once. */
export async function pullImage(docker: Docker, reference: string, options: Options): Promise<PullOutcome> {
  const outcome = await pullOnce(docker, reference, options);
  if (!isRefusedAuth(outcome)) return outcome;
  const host = hostOf(reference);
  const table = `[registries."${host}"]`;
  if (options.credentialsFor(host) === null) {
    const hint = `${host} wants credentials, and none could be read: see ${table} in holdfast.toml`;
    return { ...outcome, hint };
  }
  const second = await pullOnce(docker, reference, options);
  const hint = `${host} refused the credentials of ${table} twice: they were read again in between; check user name and password file`;
  return isRefusedAuth(second) ? { ...second, hint } : second;
}

function isRefusedAuth(outcome: PullOutcome): outcome is PullFailure {
  return !outcome.ok && outcome.code === 'registry_auth';
}

function hostOf(reference: string): string {
  return parseImageReference(reference)?.host ?? '';
}

async function pullOnce(docker: Docker, reference: string, options: Options): Promise<PullOutcome> {
  const auth = authFor(reference, options.credentialsFor);
  const refusal = await checkPlatform(docker, reference, { ...options, auth });
  if (refusal !== null) return refusal;
  const platform = options.platform === null ? {} : { platform: options.platform };
  try {
    const stream = await docker.pull(reference, { ...auth, ...platform, abortSignal: options.signal });
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
  const host = hostOf(reference);
  const credentials = credentialsFor(host);
  return credentials === null ? {} : { authconfig: { ...credentials, serveraddress: host } };
}

/** Asks the registry, through the engine, which platforms there are, so that none is fetched in vain. */
async function checkPlatform(
  docker: Docker,
  reference: string,
  { architecture, platform, auth, signal }: Options & { auth: Auth },
): Promise<PullOutcome | null> {
  const offered = await readPlatforms(docker, reference, { ...auth, abortSignal: signal });
  const wanted = platformOf(platform, architecture);
  const isOffered = (text: string): boolean =>
    text.startsWith('linux/') && servesPlatform(parsePlatform(text), wanted);
  if (offered === null || offered.some(isOffered)) return null;
  const name = formatPlatform(wanted);
  const asked = platform === null ? `this device is ${name}` : `the service asks for ${name}`;
  return {
    ok: false,
    code: 'no_matching_platform',
    message: `${asked}; the image offers ${offered.join(', ') || 'nothing'}`,
    hint: `build it for ${name} too: docker buildx build --platform linux/amd64,linux/arm64`,
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
  const layers = new Map<string, Layer>();
  let failure: string | null = null;
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() === '') continue;
    const message: PullLine = JSON.parse(line);
    failure ??= message.error ?? null;
    noteLayer(layers, message);
    // Also for a line that tells of no bytes: unpacking on a slow card takes minutes, and moves all the while.
    onProgress(progressOf([...layers.values()]));
  }
  return failure;
}

interface Layer {
  readonly current: number;
  readonly total: number;
  readonly isUnpacked: boolean;
}

/** A layer unpacks to two or three times its size, and its download lies beside it until then. */
const DISK_PER_BYTE = 3;

function progressOf(layers: readonly Layer[]): PullProgress {
  return {
    currentBytes: sum(layers.map(({ current }) => current)),
    totalBytes: sum(layers.map(({ total }) => total)),
    unwrittenBytes: sum(
      layers.map(({ current, total, isUnpacked }) => (isUnpacked ? 0 : total * DISK_PER_BYTE - current)),
    ),
  };
}

function noteLayer(layers: Map<string, Layer>, { id, status, progressDetail }: PullLine): void {
  if (id === undefined) return;
  if (status === 'Downloading' && progressDetail?.total !== undefined) {
    layers.set(id, {
      current: progressDetail.current ?? 0,
      total: progressDetail.total,
      isUnpacked: false,
    });
    return;
  }
  const known = layers.get(id);
  const isUnpacked = status === 'Pull complete';
  if (known !== undefined && (isUnpacked || status === 'Download complete'))
    layers.set(id, { ...known, current: known.total, isUnpacked });
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
