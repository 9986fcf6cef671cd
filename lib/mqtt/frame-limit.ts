// Bounds what one incoming packet can cost in memory. The parser behind it buffers a packet whole, and MQTT
// allows 256 MiB; a PUBLISH that is too long is therefore cut, not refused: its head still names topic and
// packet id, so that the sender is told `too_large` and the broker gets its PUBACK instead of sending it again
// at every connect. Its properties, which anybody may make long and nobody reads, are left out.
import type { ProtocolVersion } from './protocol-version.ts';
import { type PublishHead, PublishHeadReader } from './publish-head.ts';
import { encodeLength, LengthReader } from './variable-length.ts';

/** Past the longest topic (64 KiB) more than the largest payload that is taken (120 KiB) is left. */
export const MAX_FRAME_BYTES = 256 * 1024;

const PUBLISH = 3;

/** A PUBLISH that is being cut. */
interface Cut {
  readonly first: number;
  readonly length: number;
  readonly head: PublishHeadReader;
}

/** Rewrites a stream of MQTT packets; keeps only counters between chunks, and the head of a packet that it cuts. */
export class FrameLimit {
  readonly #hasProperties: boolean;
  #first: number | null = null;
  #length = new LengthReader();
  #cut: Cut | null = null;
  /** Of the present packet, in this order: bytes to leave out, to let pass, to leave out. */
  #skipLeft = 0;
  #passLeft = 0;
  #dropLeft = 0;

  constructor(version: ProtocolVersion) {
    this.#hasProperties = version === '5';
  }

  /** What may go on of this chunk; `null` when the stream is no MQTT or a packet that cannot be cut is too long. */
  pass(chunk: Buffer): Buffer | null {
    const parts: Buffer[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      const moved = this.#takeBody(chunk.subarray(offset), parts);
      if (moved === 0 && !this.#takeByte(chunk.readUInt8(offset), parts)) return null;
      offset += Math.max(moved, 1);
    }
    return parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts);
  }

  /** How much of the bytes belongs to what is counted already. */
  #takeBody(bytes: Buffer, parts: Buffer[]): number {
    if (this.#skipLeft > 0) {
      const skipped = Math.min(this.#skipLeft, bytes.length);
      this.#skipLeft -= skipped;
      return skipped;
    }
    if (this.#passLeft > 0) {
      const part = bytes.subarray(0, this.#passLeft);
      parts.push(part);
      this.#passLeft -= part.length;
      return part.length;
    }
    const dropped = Math.min(this.#dropLeft, bytes.length);
    this.#dropLeft -= dropped;
    return dropped;
  }

  /** `false` when the header, or the head of what is cut, is impossible. */
  #takeByte(byte: number, parts: Buffer[]): boolean {
    if (this.#cut !== null) return this.#takeHead(this.#cut, byte, parts);
    if (this.#first === null) {
      this.#first = byte;
      return true;
    }
    const length = this.#length.take(byte);
    if (typeof length !== 'number') return length !== null;
    const isFine = this.#begin(this.#first, length, parts);
    this.#first = null;
    this.#length = new LengthReader();
    return isFine;
  }

  /** Once the header is whole, decides on the body. */
  #begin(first: number, length: number, parts: Buffer[]): boolean {
    if (length <= MAX_FRAME_BYTES) {
      this.#passLeft = length;
      parts.push(Buffer.from([first, ...encodeLength(length)]));
      return true;
    }
    const shape = { hasPacketId: (first & 0b110) !== 0, hasProperties: this.#hasProperties };
    this.#cut = { first, length, head: new PublishHeadReader(shape) };
    return first >> 4 === PUBLISH;
  }

  #takeHead({ first, length, head }: Cut, byte: number, parts: Buffer[]): boolean {
    const read = head.take(byte);
    if (read === null || read === 'unfinished') return read !== null;
    this.#cut = null;
    const payloadBytes = length - bytesBeforePayload(read);
    if (payloadBytes < 0) return false;
    const kept = Buffer.from(this.#hasProperties ? [...read.bytes, 0] : read.bytes);
    this.#skipLeft = read.propertyBytes;
    this.#passLeft = Math.min(payloadBytes, MAX_FRAME_BYTES - kept.length);
    this.#dropLeft = payloadBytes - this.#passLeft;
    parts.push(Buffer.from([first, ...encodeLength(kept.length + this.#passLeft)]), kept);
    return true;
  }
}

function bytesBeforePayload({ bytes, propertyBytes, propertyLengthBytes }: PublishHead): number {
  return bytes.length + propertyLengthBytes + propertyBytes;
}
