// Pulls: platform first, then the layers, with every line of the stream read for an error.

import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { parseImageReference } from '../../protocol/values/image-reference.ts';
import { formatPlatform } from '../../protocol/values/platform.ts';
import type { EnginePullOptions } from '../ports/engine.ts';
import type { PullFailure, PullOutcome } from '../ports/supplier.ts';
import { answerIn, unavailable } from './engine-error.ts';
import { lookForPlatform } from './platform-look.ts';
import { classifyPullError } from './pull-errors.ts';
import { readProgress } from './pull-progress.ts';

export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** Credentials for one registry host, or `null`. They are sent to that host only. */
export type CredentialsFor = (host: string) => RegistryCredentials | null;

interface Options extends EnginePullOptions {
  readonly credentialsFor: CredentialsFor;
  /** Pulls whose platform the registry was seen to offer, and that have not come yet. */
  readonly offered: Set<string>;
}

/** Those of pulls that were given up are never asked for again. */
const MAX_OFFERED = 1000;

/** Credentials that are refused may have been changed just now: they are read again, once. */
export async function pullImage(docker: Docker, reference: string, options: Options): Promise<PullOutcome> {
  const outcome = await pullOnce(docker, reference, options);
  if (!isRefusedAuth(outcome)) return outcome;
  const host = registryOf(reference);
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

function registryOf(reference: string): string {
  return parseImageReference(reference)?.host ?? '';
}

async function pullOnce(docker: Docker, reference: string, options: Options): Promise<PullOutcome> {
  const auth = authFor(reference, options.credentialsFor);
  const refusal = await refusalOf(docker, reference, { ...options, auth });
  if (refusal !== null) return refusal;
  const platform = options.platform === null ? {} : { platform: formatPlatform(options.platform) };
  try {
    const stream = await docker.pull(reference, { ...auth, ...platform, abortSignal: options.signal });
    const error = await readProgress(Readable.from(stream), options.onProgress);
    if (error !== null) return classifyPullError(error, reference);
    options.offered.delete(keyOf(reference, options));
    return { ok: true };
  } catch (error) {
    if (options.signal.aborted) return { ok: false, code: 'aborted', message: 'given up' };
    const answer = answerIn(error);
    if (answer === null) throw unavailable(error);
    return classifyPullError(answer.message, reference, answer.status);
  }
}

/** A registry counts what it is asked: what a pull was seen to be offered is not asked when it is tried again. */
async function refusalOf(
  docker: Docker,
  reference: string,
  options: Options & { auth: Auth },
): Promise<PullFailure | null> {
  const { offered } = options;
  const key = keyOf(reference, options);
  if (offered.has(key)) return null;
  const look = await lookForPlatform(docker, reference, options);
  if (offered.size >= MAX_OFFERED) offered.clear();
  if (look.kind === 'offered') offered.add(key);
  return look.kind === 'refused' ? look.failure : null;
}

function keyOf(reference: string, { platform }: Options): string {
  return `${reference} ${platform === null ? '' : formatPlatform(platform)}`;
}

type Auth = { authconfig?: { username: string; password: string; serveraddress: string } };

function authFor(reference: string, credentialsFor: CredentialsFor): Auth {
  const host = registryOf(reference);
  const credentials = credentialsFor(host);
  return credentials === null ? {} : { authconfig: { ...credentials, serveraddress: host } };
}
