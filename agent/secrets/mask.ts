// Takes known secrets out of text that leaves the agent: a container's output, a traceback, an engine's words.

/** Puts `***` in place of each secret. Safe to apply twice. */
export type Mask = (text: string) => string;

/** What is shorter is a common word or number: to mask it would spoil the text and hide nothing. */
const MIN_LENGTH = 6;
const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;

/** Masks these values, also where they are written as in JSON, in a URL or in base64. */
export function maskOf(secrets: Iterable<string>): Mask {
  const forms = new Set([...secrets].filter(isLongEnough).flatMap(writtenForms));
  if (forms.size === 0) return (text) => text;
  // The longest first: a secret may hold another.
  const longestFirst = [...forms].toSorted((one, other) => other.length - one.length);
  const pattern = new RegExp(longestFirst.map((form) => form.replace(SPECIAL, '\\$&')).join('|'), 'g');
  return (text) => text.replace(pattern, '***');
}

function isLongEnough(secret: string): boolean {
  return secret.length >= MIN_LENGTH;
}

function writtenForms(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const base64 = Buffer.from(wellFormed).toString('base64');
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(wellFormed),
    // Whether it is padded, and with which letters, is up to who wrote it.
    base64.replace(/=+$/, ''),
    Buffer.from(wellFormed).toString('base64url'),
  ];
}
