import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { createLayer } from '../../lib/oci/layer.ts';
import { pythonFilesOf } from '../../scripts/rig/base-from-hub.ts';

describe('the files of a Python source archive', () => {
  test('are those of its package, placed where PYTHONPATH points', async () => {
    const archive = await createLayer([
      { path: 'paho_mqtt-2.1.0/README.rst', type: 'file', content: Buffer.from('read me') },
      { path: 'paho_mqtt-2.1.0/src/paho/mqtt/client.py', type: 'file', content: Buffer.from('pass') },
      { path: 'paho_mqtt-2.1.0/tests/paho/test.py', type: 'file', content: Buffer.from('pass') },
    ]);
    expect(await pythonFilesOf(await buffer(archive.read()))).toEqual([
      { path: 'opt/python/paho/mqtt/client.py', type: 'file', content: Buffer.from('pass') },
    ]);
  });
});
