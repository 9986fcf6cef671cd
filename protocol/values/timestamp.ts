// Timestamps as they are told.

/** `2026-11-22T03:12:08.123456789Z` in whole seconds, as RFC 3339 has it: an engine counts nanoseconds. */
export function inSeconds(timestamp: string): string {
  return timestamp.replace(/\.\d+/, '');
}
