// MQTT's variable byte integer: seven bits a byte, at most four bytes.
// Tested in test/lib/mqtt/frame-limit.test.ts.

const MAX_SIZE = 4;

export class LengthReader {
  #value = 0;
  #size = 0;

  /** How many bytes it has taken. */
  get size(): number {
    return this.#size;
  }

  /** Takes the next byte; the value after the last one, `null` when there are too many. */
  take(byte: number): number | 'unfinished' | null {
    this.#value += (byte & 127) * 128 ** this.#size;
    this.#size += 1;
    if (byte < 128) return this.#value;
    return this.#size < MAX_SIZE ? 'unfinished' : null;
  }
}

export function encodeLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte + 128 : byte);
  } while (rest > 0);
  return bytes;
}
