// How long ago something was.
import { formatDuration } from '../../protocol/values/duration.ts';

/** `2h 5m` since `at`; `null` where the clock makes no sense of it (1970, or set back since). */
export function elapsed(at: string, now: Date): string | null {
  const ms = now.getTime() - Date.parse(at);
  const isSensible = ms >= 0 && ms < 10 * 365 * 86_400_000;
  if (!isSensible) return null;
  return ms < 1000 ? '0s' : formatDuration(Math.floor(ms / 1000) * 1000);
}
