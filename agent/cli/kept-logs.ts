// What `holdfast logs --previous` shows where no agent answers: what was kept of containers that are gone.
// Tested in test/agent/cli/without-agent.test.ts.
import type { LogItem } from '../../protocol/operations/logs.ts';
import { describeKeptLog } from '../ports/kept-logs.ts';
import type { Typed } from './verb.ts';

/** None where it was not asked for, nothing was kept, or the files may not be read. Of several that bear the name, all. */
export async function keptLogItems({ positionals, flags }: Typed, configPath: string): Promise<LogItem[]> {
  const [name] = positionals;
  if (!flags.has('previous')) return [];
  // Loaded here and not above: with an agent neither is wanted.
  const [{ findPlaces }, { listKeptLogs }] = await Promise.all([
    import('../bystander/places.ts'),
    import('../store/kept-log-files.ts'),
  ]);
  const all = await listKeptLogs(findPlaces(configPath).dataDir);
  const meant = all.filter(({ deployment, service }) =>
    [service, deployment, `${deployment}/${service}`].includes(name ?? ''),
  );
  return meant.flatMap(({ log }): LogItem[] => [
    { stream: 'agent', at: null, text: describeKeptLog(log) },
    ...log.lines,
  ]);
}
