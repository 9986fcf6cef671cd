// Labels: the record of what is ours. The agent touches nothing that lacks them.
export const LABELS = {
  deployment: 'io.holdfast.deployment',
  service: 'io.holdfast.service',
  revision: 'io.holdfast.revision',
  spec: 'io.holdfast.spec',
  network: 'io.holdfast.network',
  volume: 'io.holdfast.volume',
} as const;

/** The engine's name of a network or volume that a document calls `name`. */
export function engineName(deployment: string, name: string): string {
  return `holdfast_${deployment}_${name}`;
}

export function volumeLabels(deployment: string, volume: string): Record<string, string> {
  return { [LABELS.deployment]: deployment, [LABELS.volume]: volume };
}
