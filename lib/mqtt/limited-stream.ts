// A socket as the MQTT client gets it: what comes in has passed the frame limit.
import { Duplex } from 'node:stream';
import { FrameLimit } from './frame-limit.ts';
import type { ProtocolVersion } from './protocol-version.ts';

export class LimitedStream extends Duplex {
  readonly #inner: Duplex;
  readonly #limit: FrameLimit;

  constructor(inner: Duplex, version: ProtocolVersion) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    this.#limit = new FrameLimit(version);
    inner.on('data', (chunk: Buffer) => this.#take(chunk));
    inner.on('end', () => this.push(null));
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => {
      // After an orderly end what was pushed must still be read: it may say why the broker closed.
      if (!inner.readableEnded) this.destroy();
    });
  }

  #take(chunk: Buffer): void {
    const passed = this.#limit.pass(chunk);
    if (passed === null) this.destroy(new Error('not MQTT, or a packet too long'));
    else if (passed.length > 0 && !this.push(passed)) this.#inner.pause();
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner.write(chunk, done);
  }

  /** The client writes a packet in many small pieces; together they are one segment on the wire. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#inner.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#inner.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }
}
