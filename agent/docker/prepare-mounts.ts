// What of the host a container of a service is to find mounted: made, where it is not there, before it is.
import type Docker from 'dockerode';
import type { DesiredService } from '../model/desired-service.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { FilesReady } from '../ports/service-files.ts';
import { unlessStatus } from './engine-error.ts';
import type { Tools } from './tools.ts';

/** Safe to repeat. */
export async function prepareMounts(
  { docker, files, folders }: Tools,
  deployment: string,
  spec: ServiceSpec,
): Promise<FilesReady> {
  const ready = await files.prepare(deployment, spec);
  const asked = spec.service.folders;
  if (!ready.ok || asked.length === 0) return ready;
  const made = await folders.make(deployment, asked, await userOf(docker, spec.service));
  return made.ok ? { ok: true, mounts: [...ready.mounts, ...made.mounts] } : made;
}

/** Whom its process runs as; one whose image has gone meanwhile has run before, and has its folders. */
async function userOf(docker: Docker, { user, image }: DesiredService): Promise<string> {
  if (user !== null) return user;
  const info = await unlessStatus(404, docker.getImage(image.text).inspect());
  return info?.Config.User ?? '';
}
