// What a HEALTHCHECK wrote when it failed: the engine keeps the last runs of it with the container, also over its stop.
import type Docker from 'dockerode';
import type { OutputLine } from '../model/last-words.ts';
import { unlessStatus } from './engine-error.ts';

type Health = NonNullable<Docker.ContainerInspectInfo['State']['Health']>;

/** The newest run of it as one line, where that failed; for the end of what its container wrote. */
export async function readFailedCheck(docker: Docker, container: string): Promise<OutputLine[]> {
  const info = await unlessStatus(404, docker.getContainer(container).inspect());
  return failedCheck(info?.State.Health);
}

/** Of its output the last line: that is what a program says when it gives up. */
export function failedCheck(health: Health | undefined): OutputLine[] {
  const run = health?.Log?.at(-1);
  if (run === undefined || run.ExitCode === 0) return [];
  const last = run.Output.trim().split('\n').at(-1)?.trim() ?? '';
  const said = last === '' ? 'it wrote nothing' : last;
  return [{ stream: 'stderr', text: `HEALTHCHECK failed with code ${run.ExitCode}: ${said}` }];
}
