import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../../../protocol/operations/command.ts';
import type { PlanAnswer } from '../../../../protocol/operations/plan.ts';
import { AT, FakeDevice } from '../../support/fake-device.ts';
import { runHoldfastctl } from '../../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
let device: FakeDevice;
let folder = '';
let asked: Command[] = [];
let verdict: PlanAnswer['verdict'] = 'change';

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfastctl-plan-'));
  writeFileSync(
    path.join(folder, 'compose.yaml'),
    'name: hello\nservices: { web: { image: "web:1", restart: always } }\n',
  );
  broker = await startTestBroker();
  device = await FakeDevice.connect(broker.url, 'edge-01');
  asked = [];
  verdict = 'change';
  await device.reply((command) => {
    asked.push(command);
    return [{ status: 'succeeded', answer: answerOf(verdict) }];
  });
});
afterEach(async () => {
  await device.close();
  await broker.close();
  rmSync(folder, { recursive: true, force: true });
});

function answerOf(said: PlanAnswer['verdict']): PlanAnswer {
  return {
    ...{ deployment: 'hello', source: 'device', revision: 2, running: 1, verdict: said, blocked_by: [] },
    ...{ refused: null, services: [], resources: [], fetch: { bytes: 0, images: [] }, disk: null },
    ...{ notes: [], at: AT },
  };
}

const run = (...args: readonly string[]) =>
  runHoldfastctl(['plan', 'edge-01', path.join(folder, 'compose.yaml'), ...args], { broker: broker.url });

test('the device is asked about the document of the file, as if published where that is said', async () => {
  expect(await run('--to', 'groups/berlin')).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: 'hello revision 2 would change 0 services and keep 0 (revision 1 runs now)\n',
  });
  expect(asked).toMatchObject([{ verb: 'plan', args: { to: 'groups/berlin' } }]);
  const document: unknown = JSON.parse(String(asked[0]?.args.document));
  expect(document).toMatchObject({ name: 'hello', state: 'present' });
  expect(document).not.toHaveProperty('revision');
});

test('--json is the answer itself, and what would not go through is bad news', async () => {
  verdict = 'blocked';
  const { code, stdout } = await run('--json');
  expect({ code, answer: JSON.parse(stdout) }).toEqual({ code: 1, answer: answerOf('blocked') });
});

test('a wrong addressee or a file that is none asks nobody', async () => {
  expect((await run('--to', 'elsewhere')).code).toBe(2);
  expect((await run('--name', 'No Name')).code).toBe(2);
  expect(asked).toEqual([]);
});
