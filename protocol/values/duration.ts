// Durations as Compose writes them: one or more number-unit pairs, e.g. `1h30m`, `10s`, `500ms`.
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What a duration looks like; the same pattern stands in the published JSON Schema. */
export const DURATION_PATTERN = /^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h|d))+$/;

const MAX_MS = 366 * 86_400_000;

/** Milliseconds of a duration (`1m30s` → 90000), or `null` when it is none or longer than 366 days. */
export function parseDurationMs(text: string): number | null {
  if (text.length > 40 || !DURATION_PATTERN.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
  }
  return total <= MAX_MS ? total : null;
}

/** For people: the two largest units, e.g. `1h 5m`, `12s`, `800ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const seconds = Math.round(ms / 1000);
  const units: readonly (readonly [string, number])[] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor((seconds % 86_400) / 3600)],
    ['m', Math.floor((seconds % 3600) / 60)],
    ['s', seconds % 60],
  ];
  const first = units.findIndex(([, amount]) => amount > 0);
  return units
    .slice(first, first + 2)
    .filter(([, amount]) => amount > 0)
    .map(([unit, amount]) => `${amount}${unit}`)
    .join(' ');
}
