import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { describeNext, keepLogs, type Stage } from '../../scripts/demo-stage.ts';

const image = (tag: string) => ({ reference: `127.0.0.1:5000/${tag}`, digest: 'sha256:0' });
const images = new Proxy({}, { get: (_, tag) => image(String(tag)) });

test('what is to be tried next sets all that the example reads', () => {
  const stage = {
    ...{ rig: { images, engine: { socketPath: '/run/engine.sock' } } },
    ...{ brokerUrl: 'mqtt://127.0.0.1:1883', isOwnBroker: true, httpPort: 8081, pagePort: 8478 },
  } as Stage; // images: a stand-in for all tags
  const text = describeNext(stage, '.demo/api.sock');
  const file = readFileSync(new URL('../../examples/hello/compose.yaml', import.meta.url), 'utf8');
  const read = [...file.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
  expect(read.toSorted()).toEqual(['HELLO_IMAGE', 'HELLO_PORT']);
  const [exported = ''] = text.split('\n');
  expect(
    exported
      .trim()
      .split(' ')
      .slice(1)
      .map((pair) => pair.split('=')[0]),
  ).toEqual(['HOLDFAST_BROKER', ...read]);
  expect(text).toContain('HELLO_PORT=8081');
  expect(text).toContain('http://127.0.0.1:8478/');
});

test('of a demo that failed only the logs stay', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'holdfast-demo-'));
  try {
    mkdirSync(path.join(dir, 'data'));
    for (const name of ['data/holdfast.db', 'pids.json', 'agent.log', 'broker.log'])
      writeFileSync(path.join(dir, name), '');
    expect(keepLogs(dir).map((file) => path.relative(dir, file))).toEqual(['agent.log', 'broker.log']);
    expect(readdirSync(dir)).toEqual(['agent.log', 'broker.log']);
  } finally {
    rmSync(dir, { recursive: true });
  }
});
