// The head of a PUBLISH, read byte by byte: of one that is too long it is all that must go on.
// Tested in test/lib/mqtt/frame-limit.test.ts.
import { LengthReader } from './variable-length.ts';

/** MQTT 5 has properties between head and payload. */
export interface HeadShape {
  readonly hasPacketId: boolean;
  readonly hasProperties: boolean;
}

export interface PublishHead {
  /** Topic and packet id, as they came. */
  readonly bytes: readonly number[];
  /** How long the properties behind it are, and the bytes that say so. */
  readonly propertyBytes: number;
  readonly propertyLengthBytes: number;
}

export class PublishHeadReader {
  readonly #shape: HeadShape;
  readonly #bytes: number[] = [];
  readonly #properties = new LengthReader();

  constructor(shape: HeadShape) {
    this.#shape = shape;
  }

  /** Takes the next byte; `null` when the length of the properties is impossible. */
  take(byte: number): PublishHead | 'unfinished' | null {
    if (!this.#isNamed()) {
      this.#bytes.push(byte);
      if (!this.#isNamed() || this.#shape.hasProperties) return 'unfinished';
      return { bytes: this.#bytes, propertyBytes: 0, propertyLengthBytes: 0 };
    }
    const length = this.#properties.take(byte);
    if (typeof length !== 'number') return length;
    return { bytes: this.#bytes, propertyBytes: length, propertyLengthBytes: this.#properties.size };
  }

  /** Whether topic and packet id are whole. */
  #isNamed(): boolean {
    const [high, low] = this.#bytes;
    if (high === undefined || low === undefined) return false;
    return this.#bytes.length >= 2 + high * 256 + low + (this.#shape.hasPacketId ? 2 : 0);
  }
}
