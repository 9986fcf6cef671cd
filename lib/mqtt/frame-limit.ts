// Bounds what one incoming packet can cost in memory. The parser behind it buffers a packet whole, and MQTT
// allows 256 MiB; a PUBLISH that is too long is therefore cut, not refused: its head still names topic and
// packet id, so that the sender is told `too_large` and the broker gets its PUBACK instead of sending it again
// at every connect.

/** Past the longest topic (64 KiB) more than the largest payload that is taken (120 KiB) is left. */
export const MAX_FRAME_BYTES = 256 * 1024;

const PUBLISH = 3;

/** Rewrites a stream of MQTT packets; keeps only counters between chunks. */
export class FrameLimit {
  readonly #header: number[] = [];
  #passLeft = 0;
  #dropLeft = 0;

  /** What may go on of this chunk; `null` when the stream is no MQTT or a packet that cannot be cut is too long. */
  pass(chunk: Buffer): Buffer | null {
    const parts: Buffer[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#passLeft > 0) {
        const part = chunk.subarray(offset, offset + this.#passLeft);
        parts.push(part);
        this.#passLeft -= part.length;
        offset += part.length;
      } else if (this.#dropLeft > 0) {
        const dropped = Math.min(this.#dropLeft, chunk.length - offset);
        this.#dropLeft -= dropped;
        offset += dropped;
      } else {
        this.#header.push(chunk.readUInt8(offset));
        offset += 1;
        if (!this.#takeHeader(parts)) return null;
      }
    }
    return parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts);
  }

  /** Once the header is whole, decides on the body. `false` when the header is impossible. */
  #takeHeader(parts: Buffer[]): boolean {
    const [first = 0, ...lengthBytes] = this.#header;
    const last = lengthBytes.at(-1);
    if (last === undefined) return true;
    if (last >= 128) return lengthBytes.length < 4;
    const length = lengthBytes.reduce((sum, byte, index) => sum + (byte & 127) * 128 ** index, 0);
    if (length > MAX_FRAME_BYTES && first >> 4 !== PUBLISH) return false;
    this.#passLeft = Math.min(length, MAX_FRAME_BYTES);
    this.#dropLeft = length - this.#passLeft;
    parts.push(Buffer.from(this.#dropLeft > 0 ? [first, ...encodeLength(this.#passLeft)] : this.#header));
    this.#header.length = 0;
    return true;
  }
}

/** MQTT's variable byte integer. */
function encodeLength(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte + 128 : byte);
  } while (rest > 0);
  return bytes;
}
