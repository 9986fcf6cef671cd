import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameLimit, MAX_FRAME_BYTES } from '../../../lib/mqtt/frame-limit.ts';
import type { ProtocolVersion } from '../../../lib/mqtt/protocol-version.ts';

const PUBLISH_QOS1_RETAINED = 0x33;

function encodeLength(length: number): Buffer {
  const bytes = [];
  for (let rest = length; bytes.length === 0 || rest > 0; rest >>= 7)
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
  return Buffer.from(bytes);
}

function frame(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([PUBLISH_QOS1_RETAINED]), encodeLength(body.length), body]);
}

/** A PUBLISH body: topic `a/b`, packet id, payload. */
function publishBody(payloadBytes: number, messageId = 7): Buffer {
  return Buffer.concat([
    Buffer.from([0, 3, 0x61, 0x2f, 0x62, 0, messageId]),
    Buffer.alloc(payloadBytes, 'x'),
  ]);
}

function publish(payloadBytes: number, messageId = 7): Buffer {
  return frame(publishBody(payloadBytes, messageId));
}

/** What goes on when the bytes come in pieces of the given sizes, repeated. */
function passInPieces(
  bytes: Buffer,
  sizes: readonly number[],
  version: ProtocolVersion = '3.1.1',
): Buffer | null {
  const limit = new FrameLimit(version);
  const passed: Buffer[] = [];
  for (let offset = 0, piece = 0; offset < bytes.length; piece += 1) {
    const size = sizes[piece % sizes.length] ?? 1;
    const part = limit.pass(bytes.subarray(offset, offset + size));
    if (part === null) return null;
    passed.push(part);
    offset += size;
  }
  return Buffer.concat(passed);
}

const pieces = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 5 });

test('packets within the limit pass unchanged, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 5 }), pieces, (sizes, cuts) => {
      const bytes = Buffer.concat(sizes.map((size) => publish(size)));
      expect(passInPieces(bytes, cuts)?.equals(bytes)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('a PUBLISH past the limit is cut to it, head kept, and the next packet is whole', () => {
  fc.assert(
    fc.property(fc.integer({ min: MAX_FRAME_BYTES, max: MAX_FRAME_BYTES * 3 }), pieces, (size, cuts) => {
      const next = publish(10, 42);
      const passed = passInPieces(Buffer.concat([publish(size, 41), next]), cuts);
      const cut = frame(publishBody(size, 41).subarray(0, MAX_FRAME_BYTES));
      expect(passed?.equals(Buffer.concat([cut, next]))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('a PUBLISH of just the limit is not cut', () => {
  const bytes = frame(publishBody(MAX_FRAME_BYTES - publishBody(0).length));
  expect(passInPieces(bytes, [1000])?.equals(bytes)).toBe(true);
});

/** The body of an MQTT 5 PUBLISH: topic `a/b`, packet id 7, properties, payload. */
function body5(propertyBytes: number, payloadBytes: number): Buffer {
  const properties = Buffer.alloc(propertyBytes, 'p');
  const payload = Buffer.alloc(payloadBytes, 'x');
  return Buffer.concat([publishBody(0), encodeLength(propertyBytes), properties, payload]);
}

describe('of a PUBLISH of MQTT 5 past the limit', () => {
  test('the properties are left out, and as much of the payload as is left passes', () => {
    const lengths = fc.integer({ min: 0, max: MAX_FRAME_BYTES * 2 });
    fc.assert(
      fc.property(lengths, lengths, pieces, (propertyBytes, more, cuts) => {
        const payloadBytes = Math.max(0, MAX_FRAME_BYTES - propertyBytes) + more;
        const next = frame(body5(4, 10));
        const passed = passInPieces(
          Buffer.concat([frame(body5(propertyBytes, payloadBytes)), next]),
          cuts,
          '5',
        );
        const cut = frame(body5(0, payloadBytes).subarray(0, MAX_FRAME_BYTES));
        expect(passed?.equals(Buffer.concat([cut, next]))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('one of QoS 0 has no packet id', () => {
    const tail = body5(MAX_FRAME_BYTES, 3).subarray(7);
    const topic = publishBody(0).subarray(0, 5);
    const long = Buffer.concat([topic, tail]);
    const bytes = Buffer.concat([Buffer.from([0x30]), encodeLength(long.length), long]);
    const cut = Buffer.concat([Buffer.from([0x30, 9]), topic, Buffer.from([0]), Buffer.from('xxx')]);
    expect(passInPieces(bytes, [1000], '5')).toEqual(cut);
  });
});

describe('ends the stream', () => {
  test('at properties that are longer than their packet', () => {
    const head = Buffer.concat([publishBody(0), Buffer.from([0xff, 0xff, 0xff, 0x7f])]);
    const body = Buffer.concat([head, Buffer.alloc(MAX_FRAME_BYTES)]);
    expect(passInPieces(frame(body), [1000], '5')).toBeNull();
  });

  test('at properties with a length of five bytes', () => {
    const head = Buffer.concat([publishBody(0), Buffer.from([0xff, 0xff, 0xff, 0xff, 1])]);
    const body = Buffer.concat([head, Buffer.alloc(MAX_FRAME_BYTES)]);
    expect(passInPieces(frame(body), [1000], '5')).toBeNull();
  });

  test('at a length of five bytes', () => {
    expect(passInPieces(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]), [1])).toBeNull();
  });

  test('at a packet other than PUBLISH that is past the limit', () => {
    expect(passInPieces(Buffer.from([0x90, 0xff, 0xff, 0xff, 0x7f]), [2])).toBeNull();
  });
});
