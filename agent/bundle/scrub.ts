// Secrets that nobody has named to the agent, by how they are written in a line of a log.
// Tested in test/agent/bundle/redact-config.test.ts.

/** What stands before is bounded, so that a long line of blanks takes no long time. */
const PATTERNS: readonly RegExp[] = [
  // scheme://user:password@host
  /(?<=[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi,
  /(?<=\bauthorization["']?\s{0,8}[:=]\s{0,8}["']?(?:(?:basic|bearer)\s{1,8})?)[^\s"',;]+/gi,
  /(?<=\b(?:bearer|basic)\s{1,8})[a-z0-9+/=._~-]{8,}/gi,
  /(?<=(?:password|passwd|passphrase|secret|token|api[_-]?key)["']?\s{0,8}[:=]\s{0,8}["']?)[^\s"',;&]+/gi,
];

/** Puts `***` in place of what looks like a secret. */
export function scrub(line: string): string {
  return PATTERNS.reduce((text, pattern) => text.replace(pattern, '***'), line);
}
