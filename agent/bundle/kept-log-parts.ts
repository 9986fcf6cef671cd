// What is kept of containers that were removed after a failed update.
// Tested in test/agent/bundle/collect.test.ts.
import type { Told } from '../bystander/told.ts';
import type { listKeptLogs } from '../store/kept-log-files.ts';
import { LIMIT_MS, type Part } from './part.ts';
import { scrub } from './scrub.ts';

type Listed = Awaited<ReturnType<typeof listKeptLogs>>;

const MAX_LOGS = 20;

/** `noLogs`: why what services wrote cannot be told; `null`: it can. */
export function keptLogParts(kept: Told<Listed>, noLogs: string | null): Part[] {
  if (!kept.ok) return [];
  return kept.value.slice(0, MAX_LOGS).map(({ deployment, service, log }) => {
    const { lines, ...about } = log;
    const gather = async (): Promise<string> => {
      if (noLogs !== null)
        throw new Error(`it may hold secrets, and which those are could not be read: ${noLogs}`);
      const written = lines.map(({ at, text }) => scrub(`${at ?? '-'} ${text}`));
      return `${[JSON.stringify(about), ...written].join('\n')}\n`;
    };
    const name = `${deployment}_${service.replace(/[^A-Za-z0-9-]/g, '-')}`;
    return { path: `logs/removed/${name}.log`, limitMs: LIMIT_MS, gather };
  });
}
