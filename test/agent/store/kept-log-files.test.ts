import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KeptLog } from '../../../agent/ports/kept-logs.ts';
import {
  KeptLogFiles,
  listKeptLogs,
  MAX_KEPT_BYTES,
  MAX_KEPT_LOGS,
} from '../../../agent/store/kept-log-files.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'holdfast-kept-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function logOf(texts: readonly string[], changes: Partial<KeptLog> = {}): KeptLog {
  return {
    ...{ container: 'line-web-1', revision: 2, startedAt: null, exitCode: 1, keptAt: '2026-11-28T10:00:00Z' },
    lines: texts.map((text) => ({ stream: 'stderr', at: null, text })),
    ...changes,
  };
}

const WEB = { deployment: 'line', service: 'web' };
const inLine = (...names: string[]): string => path.join(dataDir, 'kept-logs', 'line', ...names);

test('what is kept is found by another agent, and the next one takes its place', async () => {
  const logs = new KeptLogFiles(dataDir);
  await logs.keep(WEB, logOf(['one', 'two']));
  expect(await new KeptLogFiles(dataDir).find(WEB)).toEqual(logOf(['one', 'two']));
  await logs.keep(WEB, logOf(['three'], { revision: 3 }));
  expect(await listKeptLogs(dataDir)).toEqual([{ ...WEB, log: logOf(['three'], { revision: 3 }) }]);
  expect(readdirSync(inLine())).toEqual(['web.jsonl']);
  expect(statSync(inLine('web.jsonl')).mode & 0o777).toBe(0o600);
});

test('of a long log the newest lines stay, 64 KiB of them', async () => {
  const texts = Array.from({ length: 1000 }, (_, index) => `${index} ${'x'.repeat(200)}`);
  const logs = new KeptLogFiles(dataDir);
  await logs.keep(WEB, logOf(texts));
  expect(statSync(inLine('web.jsonl')).size).toBeLessThanOrEqual(MAX_KEPT_BYTES);
  const kept = (await logs.find(WEB))?.lines.map(({ text }) => text) ?? [];
  expect(kept.length).toBeGreaterThan(200);
  expect(kept).toEqual(texts.slice(-kept.length));
});

test('of a deployment eight stay, and none of one that was removed', async () => {
  const logs = new KeptLogFiles(dataDir);
  for (let n = 0; n < MAX_KEPT_LOGS + 3; n += 1)
    await logs.keep({ deployment: 'line', service: `s${n}` }, logOf(['x']));
  expect(readdirSync(inLine())).toHaveLength(MAX_KEPT_LOGS);
  await logs.forget('line');
  expect(await listKeptLogs(dataDir)).toEqual([]);
  await logs.forget('line');
});

test('what a disk has damaged is none, and a damaged line is left out', async () => {
  const logs = new KeptLogFiles(dataDir);
  await logs.keep(WEB, logOf(['one']));
  appendFileSync(inLine('web.jsonl'), '{"stream":"std\n{"stream":"stdin","at":null,"text":"x"}\n');
  expect(await logs.find(WEB)).toEqual(logOf(['one']));
  writeFileSync(inLine('web.jsonl'), 'nonsense');
  expect(await logs.find(WEB)).toBeNull();
  expect(await logs.find({ deployment: 'other', service: 'web' })).toBeNull();
});

test('where nothing can be written nothing is kept, and nothing thrown', async () => {
  writeFileSync(path.join(dataDir, 'kept-logs'), 'in the way');
  const logs = new KeptLogFiles(dataDir);
  await logs.keep(WEB, logOf(['one']));
  expect(await logs.find(WEB)).toBeNull();
  await logs.forget('line');
});
