// Why a pull failed. The engine hands on what the registry said as a sentence only, so numbers and the registry's own
// codes count first, and nothing is read out of the image's name or out of a page that the registry sent along.
import type { RetryClass } from '../../protocol/reports/reasons.ts';
import { cutText } from '../../protocol/values/text.ts';
import type { PullErrorCode, PullFailure } from '../ports/supplier.ts';
import { MAX_MESSAGE } from './engine-error.ts';

interface PullErrorClass {
  readonly words: RegExp;
  readonly code: PullErrorCode;
  /** Where it is another than that of the code. */
  readonly retry?: RetryClass;
  readonly hint?: string;
}

type Meaning = Omit<PullErrorClass, 'words'>;

const NOT_FOUND: Meaning = {
  code: 'image_not_found',
  hint: 'check the name and tag; a private image may need [registries."HOST"] in holdfast.toml',
};
const AUTH: Meaning = {
  code: 'registry_auth',
  hint: 'check [registries."HOST"] in holdfast.toml',
};
const RATE_LIMITED: Meaning = {
  code: 'registry_rate_limited',
  hint: 'log in to the registry with [registries."HOST"] in holdfast.toml, or pull through a mirror',
};
const UNREACHABLE: Meaning = { code: 'registry_unreachable' };
const REFUSED: Meaning = {
  code: 'refused_by_engine',
  hint: 'to this engine the reference or platform is none: correct it, or upgrade the engine',
};

/** By the registry's HTTP status. */
const BY_STATUS: Readonly<Record<string, Meaning>> = {
  401: AUTH,
  403: AUTH,
  404: NOT_FOUND,
  429: RATE_LIMITED,
};

/** As engines word what they or the registry say: Docker 20.10 to 29 and Podman. The first match counts. */
const BY_WORDS: readonly PullErrorClass[] = [
  // To Docker Hub a repository that is private and one that is not there are the same.
  { words: /pull access denied for .*repository does not exist/, ...NOT_FOUND },
  { words: /\btoomanyrequests: |too many requests/i, ...RATE_LIMITED },
  { words: /\b(?:manifest|name) unknown\b/, ...NOT_FOUND },
  {
    words: /\b(?:unauthorized|denied): |authentication required|no basic auth|authorization failed/,
    ...AUTH,
  },
  {
    words: /no space left on device|disk quota exceeded/,
    code: 'no_space',
    hint: 'free disk space on the device',
  },
  {
    words: /no matching manifest|does not match the (?:specified|expected) platform|no match for platform/,
    code: 'no_matching_platform',
    hint: 'build the image for this architecture too',
  },
  {
    words: /unsupported (?:manifest )?media ?type|unsupported schema version/i,
    code: 'image_unsupported',
    hint: 'this engine cannot read images of that kind: build it as a Docker or OCI image, or upgrade the engine',
  },
  {
    words:
      /verification failed for digest|more bytes than were announced|unexpected commit (?:digest|size)|don't match image configuration|failed to (?:register|extract) layer.*(?:invalid tar header|unexpected EOF|flate: |gzip: |zstd|checksum)/,
    code: 'image_damaged',
    hint: 'its layers are damaged, in the registry or on the way; or they are compressed with zstd, which needs Docker 23 or later',
  },
  { words: /failed to (?:register|extract) layer/, code: 'pull_failed', retry: 'seldom' },
  {
    words: /\bx509: |\btls: |certificate (?:has expired|signed by)|server gave HTTP response to HTTPS client/,
    code: 'registry_tls',
    hint: "check the registry's certificate and the device's clock; one without TLS belongs in the engine's insecure-registries",
  },
  {
    words:
      /dial tcp|no such host|timeout|deadline exceeded|connection re(?:fused|set)|EOF|unreachable|TLS handshake|server misbehaving|client disconnected/i,
    ...UNREACHABLE,
  },
  { words: /not found(?::|$)/, ...NOT_FOUND },
];

/** A registry's answer has any length, and to look through it takes time that grows with its square. */
const MAX_JUDGED = 4096;

/** `status` is the engine's own, where it answered with an error before the pull began. */
export function classifyPullError(message: string, reference: string, status = 200): PullFailure {
  const words = wordsOf(cutText(message, MAX_JUDGED), reference);
  const { code, retry, hint } = meaningOf(words, status);
  const retryAfterMs = code === 'registry_rate_limited' ? retryAfterIn(words) : null;
  return {
    ok: false,
    ...{ code, message: cutText(message, MAX_MESSAGE) },
    ...(retry === undefined ? {} : { retry }),
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
}

function meaningOf(words: string, status: number): Meaning {
  const told = /\b(?:HTTP|status)\b[^0-9]*\b([45]\d\d)\b/.exec(words)?.[1];
  const byStatus =
    told === undefined ? undefined : (BY_STATUS[told] ?? (told >= '500' ? UNREACHABLE : undefined));
  const known = byStatus ?? BY_WORDS.find((entry) => entry.words.test(words));
  if (known !== undefined) return known;
  if (status === 404) return NOT_FOUND;
  return status === 400 ? REFUSED : { code: 'pull_failed' };
}

/** The message without the image's name, addresses, and what it quotes: all of these are others' text. */
function wordsOf(message: string, reference: string): string {
  const name = reference.replace(/(?::[^:/@]+)?(?:@.*)?$/, '');
  const named = [reference, ...(name.includes('/') ? [name] : [])];
  const unquoted = message.replace(/"(?:\\.|[^"\\])*(?:"|$)/g, '').replace(/\bhttps?:\S+/g, '');
  return named.reduce((text, part) => text.replaceAll(part, ''), unquoted);
}

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Some registries say in their text when to come again, as `retry-after: 61.5s`; the header gets lost on the way. */
function retryAfterIn(words: string): number | null {
  const [, amount, unit = 's'] = /retry[- ]after:? ?(\d+(?:\.\d+)?)(h|ms|µs|m|s)?\b/i.exec(words) ?? [];
  return amount === undefined ? null : Math.ceil(Number(amount) * (UNITS_MS[unit] ?? 0));
}
