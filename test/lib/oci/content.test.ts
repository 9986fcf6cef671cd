import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { collect, measure, sha256, verified } from '../../../lib/oci/content.ts';

const DATA = Buffer.from('content');
const DESCRIPTOR = { digest: sha256(DATA), size: DATA.length };

function inParts(data: Buffer): Readable {
  return Readable.from([data.subarray(0, 2), data.subarray(2)]);
}

test('content is measured without being kept', async () => {
  expect(await measure(inParts(DATA))).toMatchObject(DESCRIPTOR);
});

test('what is as it should be passes', async () => {
  expect(await buffer(verified(inParts(DATA), DESCRIPTOR))).toEqual(DATA);
});

test.each([
  ['cut off', DATA.subarray(0, 4)],
  ['another of the same size', Buffer.from('CONTENT')],
  ['longer', Buffer.concat([DATA, DATA])],
])('content that is %s fails', async (_, data) => {
  const code = 'content_damaged';
  await expect(buffer(verified(inParts(data), DESCRIPTOR))).rejects.toMatchObject({ code });
});

test('nothing past the size is passed on, however much comes', async () => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield DATA;
    })(),
  );
  const passed: Uint8Array[] = [];
  const reading = async () => {
    for await (const chunk of verified(endless, DESCRIPTOR)) passed.push(chunk);
  };
  await expect(reading()).rejects.toMatchObject({ code: 'content_damaged' });
  expect(Buffer.concat(passed)).toEqual(DATA);
});

test('what is gathered in memory has a limit', async () => {
  expect(await collect(inParts(DATA), 7)).toEqual(DATA);
  await expect(collect(inParts(DATA), 6)).rejects.toMatchObject({ code: 'too_large' });
});
