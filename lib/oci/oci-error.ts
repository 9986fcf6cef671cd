// What goes wrong with a registry, and with content from one.
// Tested in test/lib/oci/repository.test.ts.

export type OciErrorCode =
  /** No answer came, or it broke off. */
  | 'registry_unreachable'
  /** Credentials are missing, wrong, or do not open this repository. */
  | 'registry_auth'
  | 'registry_rate_limited'
  /** Any other answer that is not the expected one. */
  | 'registry_refused'
  | 'not_found'
  /** Bytes are not what their digest or size says. */
  | 'content_damaged'
  /** An answer is larger than its kind may be. */
  | 'too_large'
  /** A document or an archive has not the form that it must have. */
  | 'content_invalid';

export class OciError extends Error {
  override readonly name = 'OciError';
  readonly code: OciErrorCode;
  /** Of the registry's answer, where there was one. */
  readonly status: number | null;

  constructor(
    code: OciErrorCode,
    message: string,
    { status, cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status ?? null;
  }
}
