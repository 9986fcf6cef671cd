import { expect, test } from 'vitest';
import { parseConfig, parseIndex, parseManifest } from '../../../lib/oci/documents.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const DESCRIPTOR = { mediaType: 'text/plain', digest: DIGEST, size: 3 };

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

test('what is not used is dropped', () => {
  const index = json({ schemaVersion: 2, manifests: [{ ...DESCRIPTOR, annotations: {} }] });
  expect(parseIndex(index)).toEqual({ manifests: [DESCRIPTOR] });
  expect(parseConfig(json({ config: {}, rootfs: { diff_ids: [] } })).config.Env).toEqual([]);
});

test.each([
  ['no JSON', parseIndex, Buffer.from('<html>')],
  ['an index without manifests', parseIndex, json({})],
  ['a size below nothing', parseManifest, json({ config: { ...DESCRIPTOR, size: -1 }, layers: [] })],
  [
    'a digest of another kind',
    parseManifest,
    json({ config: { ...DESCRIPTOR, digest: 'md5:0' }, layers: [] }),
  ],
  ['a configuration without layers', parseConfig, json({ config: {} })],
])('%s is refused', (_, parse, data) => {
  expect(() => parse(data)).toThrow(expect.objectContaining({ code: 'content_invalid' }));
});
