import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { LimitedStream } from '../../../lib/mqtt/limited-stream.ts';
import { until } from '../../fakes/until.ts';

const PINGRESP = Buffer.from([0xd0, 0]);

/** A socket whose other end is the test. */
function fakeSocket(): Duplex & { readonly written: Buffer[] } {
  const written: Buffer[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write(chunk, _encoding, done) {
      written.push(chunk);
      done();
    },
  });
  return Object.assign(socket, { written });
}

test('what came before an orderly end is read after it, by a reader that was slow', async () => {
  const socket = fakeSocket();
  const stream = new LimitedStream(socket, '5');
  socket.push(PINGRESP);
  socket.push(null);
  let isEnded = false;
  socket.on('close', () => {
    isEnded = true;
  });
  socket.end();
  await until('the socket is closed', () => isEnded);
  const chunks: Buffer[] = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  await until('it is read', () => chunks.length > 0);
  expect(chunks).toEqual([PINGRESP]);
});

test('a reader that is slow stops the socket', async () => {
  const socket = fakeSocket();
  const stream = new LimitedStream(socket, '5');
  for (let count = 0; count < 60_000; count += 1) socket.push(PINGRESP);
  await until('the socket is stopped', () => socket.isPaused());
  expect(stream.readableLength).toBeLessThan(120_000);
  stream.resume();
  await until('all is read', () => socket.readableLength === 0 && stream.readableLength === 0);
});

test('the pieces of a packet go out together', async () => {
  const socket = fakeSocket();
  const stream = new LimitedStream(socket, '5');
  stream.cork();
  for (const byte of [0xc0, 0]) stream.write(Buffer.from([byte]));
  stream.uncork();
  await until('it is written', () => socket.written.length > 0);
  expect(socket.written).toEqual([Buffer.from([0xc0, 0])]);
});

test('bytes that are no MQTT destroy it, and the socket with it', async () => {
  const socket = fakeSocket();
  const stream = new LimitedStream(socket, '5');
  const errors: Error[] = [];
  stream.on('error', (error) => errors.push(error));
  socket.push(Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff]));
  await until('both are destroyed', () => stream.destroyed && socket.destroyed);
  expect(errors).toHaveLength(1);
});
