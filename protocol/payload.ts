// Payload sizes, and JSON from bytes that nobody vouches for: size before parse.
export const MAX_RETAINED_BYTES = 60 * 1024;
export const WARN_RETAINED_BYTES = 48 * 1024;
export const MAX_PAYLOAD_BYTES = 120 * 1024;

export type ParsedJson =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** The payload to the byte. `parseJsonText` makes the same value of it. */
      readonly text: string;
    }
  | { readonly ok: false; readonly code: 'too_large' | 'not_utf8' | 'not_json'; readonly message: string };

/** Parses a payload of at most `maxBytes` as UTF-8 JSON. */
export function parseJsonPayload(payload: Uint8Array, maxBytes: number): ParsedJson {
  if (payload.byteLength > maxBytes) {
    return {
      ok: false,
      code: 'too_large',
      message: `${payload.byteLength} bytes, at most ${maxBytes} are taken`,
    };
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return { ok: false, code: 'not_utf8', message: 'not valid UTF-8' };
  }
  try {
    return { ok: true, value: parseJsonText(text), text };
  } catch (error) {
    return {
      ok: false,
      code: 'not_json',
      message: `not JSON: ${error instanceof Error ? withoutQuote(error.message) : 'unreadable'}`,
    };
  }
}

/** The value of a payload's text, which may begin with a byte order mark. Throws `SyntaxError`. */
export function parseJsonText(text: string): unknown {
  return JSON.parse(withoutByteOrderMark(text));
}

/** Editors write it before the text, and it is no part of it. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The parser's message quotes a cut of the text, and what is cut out there may be a secret. */
function withoutQuote(message: string): string {
  return message.replace(/, (?:\.{3})?".*"(?:\.{3})? is not valid JSON$/s, '').toWellFormed();
}
