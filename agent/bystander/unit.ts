// The agent's service, as systemd knows it.
// Tested in test/agent/bystander/look.test.ts.
import { execFile } from 'node:child_process';
import type { WithoutAgent } from '../../protocol/operations/without-agent.ts';

export type UnitState = NonNullable<WithoutAgent['unit']>;

const PROPERTIES = 'LoadState,ActiveState,SubState,Result,NRestarts';
const MAX_BYTES = 64 * 1024;

/** Rejects where there is no systemd, or no such unit. */
export async function lookAtUnit(limitMs: number): Promise<UnitState> {
  const shown = await runBriefly('systemctl', ['show', '-p', PROPERTIES, 'holdfast'], {
    limitMs,
    maxBytes: MAX_BYTES,
  });
  const values = new Map(shown.split('\n').map(splitLine));
  if (values.get('LoadState') !== 'loaded') throw new Error('systemd knows no unit holdfast');
  return {
    active_state: values.get('ActiveState') ?? 'unknown',
    sub_state: values.get('SubState') ?? 'unknown',
    result: values.get('Result') ?? 'unknown',
    restarts: Number(values.get('NRestarts') ?? 0),
  };
}

function splitLine(line: string): [string, string] {
  const at = line.indexOf('=');
  return [line.slice(0, at), line.slice(at + 1)];
}

interface Bounds {
  readonly limitMs: number;
  readonly maxBytes: number;
}

/** What a program of the system prints. Rejects with its words where it fails, is missing, or takes too long. */
function runBriefly(
  program: string,
  args: readonly string[],
  { limitMs, maxBytes }: Bounds,
): Promise<string> {
  const options = { timeout: limitMs, maxBuffer: maxBytes, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) => {
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if ('code' in error && error.code === 'ENOENT')
        reject(new Error(`there is no ${program} on this device`));
      else reject(new Error(stderr.trim().split('\n')[0] || `${program} failed or took too long`));
    });
  });
}
