// The agent's service, as systemd knows it.
import type { WithoutAgent } from '../../protocol/operations/without-agent.ts';
import { runBriefly } from './run-briefly.ts';

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
