// A document as the bytes that are published, within what every large broker retains.
import { formatBytes } from '../../protocol/byte-size.ts';
import { MAX_RETAINED_BYTES, WARN_RETAINED_BYTES } from '../../protocol/payload.ts';
import { CommandFailure, EXIT } from '../failure.ts';

export interface Payload {
  readonly text: string;
  readonly bytes: number;
  /** Said when the size comes near the limit. */
  readonly warning: string | null;
}

const HINT = 'make several deployments of it, or put long texts into the image';

/** Throws when the document is too large to be retained everywhere. */
export function serialize(value: unknown): Payload {
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text);
  const limit = formatBytes(MAX_RETAINED_BYTES);
  if (bytes > MAX_RETAINED_BYTES) {
    throw new CommandFailure({
      code: 'too_large',
      exitCode: EXIT.usage,
      message: `the document has ${formatBytes(bytes)}, and at most ${limit} can be published`,
      hint: HINT,
    });
  }
  const warning =
    bytes > WARN_RETAINED_BYTES
      ? `the document has ${formatBytes(bytes)} of at most ${limit}; ${HINT}`
      : null;
  return { text, bytes, warning };
}
