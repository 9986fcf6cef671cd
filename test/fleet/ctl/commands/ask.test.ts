import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Command, Reply } from '../../../../protocol/operations/command.ts';
import { OPERATIONS } from '../../../../protocol/operations/operations.ts';
import { AT, FakeDevice, makePresence, PREFIX } from '../../support/fake-device.ts';
import { type RunOptions, runHoldfastctl } from '../../support/run-holdfastctl.ts';
import { startTestBroker, type TestBroker } from '../../support/test-broker.ts';

let broker: TestBroker;
let device: FakeDevice;
let asked: Command[] = [];
beforeEach(async () => {
  broker = await startTestBroker();
  device = await FakeDevice.connect(broker.url, 'edge-01');
  asked = [];
});
afterEach(async () => {
  await device.close();
  await broker.close();
});

const run = (args: readonly string[], options: RunOptions = {}) =>
  runHoldfastctl(args, { broker: broker.url, ...options });

const replying = (...replies: Partial<Reply>[]) =>
  device.reply((command) => {
    asked.push(command);
    return replies;
  });

const finding = {
  ...{ id: 'crash:deployments/hello', code: 'crash', severity: 'error', subject: 'deployments/hello' },
  ...{
    title: 'hello/web ends with exit code 1',
    since: AT,
    log: [],
    evidence: [],
    changed: [],
    cause_of: [],
    fix: null,
  },
};
const findings = { findings: [], folded: [], deployments: 1, services: 2, at: AT };

describe('why', () => {
  test('prints the answer as the device would, and is good news with no finding', async () => {
    await replying({ status: 'succeeded', answer: findings });
    expect(await run(['why', 'edge-01'])).toEqual({
      ...{ code: 0, stderr: '', stdout: 'all well: 1 deployment, 2 services\n' },
    });
    expect(asked).toMatchObject([{ verb: 'why', args: {} }]);
  });

  test('is bad news with an error among the findings', async () => {
    await replying({ status: 'succeeded', answer: { ...findings, findings: [finding] } });
    const { code, stdout } = await run(['why', 'devices/edge-01', 'hello/web']);
    expect(code).toBe(1);
    expect(stdout).toContain('hello/web ends with exit code 1');
    expect(asked).toMatchObject([{ verb: 'why', args: { target: 'hello/web' } }]);
  });

  test('--json writes the answer itself', async () => {
    await replying({ status: 'succeeded', answer: findings });
    const { code, stdout } = await run(['why', 'edge-01', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(findings);
  });

  test('of an agent of another form says so', async () => {
    await replying({ status: 'succeeded', answer: { findings: 7 } });
    const { code, stderr } = await run(['why', 'edge-01']);
    expect(code).toBe(1);
    expect(stderr).toContain('the answer of edge-01 is not what this command understands (findings');
  });

  test('of an answer that no reply carries passes on what the agent says', async () => {
    await replying({ status: 'succeeded', code: 'answer_too_large', message: 'done; too large' });
    expect(await run(['why', 'edge-01'])).toEqual({ code: 1, stdout: '', stderr: 'note: done; too large\n' });
  });
});

describe('logs', () => {
  const line = (text: string) => ({ stream: 'stderr', at: AT, text });

  test('puts the parts together in their order, also where one comes twice', async () => {
    const first = { status: 'accepted', answer: [line('one')], part: { index: 0, is_last: false } } as const;
    const last = { status: 'succeeded', answer: [line('two')], part: { index: 1, is_last: true } } as const;
    await replying(first, first, last);
    const { code, stdout } = await run(['logs', 'edge-01', 'web', '--tail', '5', '--previous']);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '2026-11-22T10:00:00Z E one\n2026-11-22T10:00:00Z E two\n',
    });
    expect(asked).toMatchObject([{ args: { service: 'web', tail: 5, previous: true } }]);
  });

  test('is no success where a part is missing', async () => {
    await replying({ status: 'succeeded', answer: [line('two')], part: { index: 1, is_last: true } });
    const { code, stdout, stderr } = await run(['logs', 'edge-01', 'web']);
    expect(code).toBe(1);
    expect(stdout).toContain('two');
    expect(stderr).toBe('note: a part of the answer did not arrive\n');
  });

  test('--json writes a line for each, and counts what it cannot read', async () => {
    const answer = [line('one'), { stream: 'nonsense' }];
    await replying({ status: 'succeeded', answer, part: { index: 0, is_last: true } });
    const { code, stdout, stderr } = await run(['logs', 'edge-01', 'web', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(line('one'));
    expect(stderr).toBe('note: 1 items are not of the form that this command knows\n');
  });

  test('shows no control characters of the container', async () => {
    await replying({
      status: 'succeeded',
      answer: [line('\u001b[2Jgone')],
      part: { index: 0, is_last: true },
    });
    expect((await run(['logs', 'edge-01', 'web'])).stdout).not.toContain('\u001b');
  });
});

describe('pause', () => {
  test('is done when it is answered, and says until when', async () => {
    const paused = [{ deployment: 'hello', until: '2026-11-22T12:00:00Z' }];
    const answer = { paused, for_ms: 7_200_000, reason: 'the camera is replaced' };
    await replying({ status: 'succeeded', answer });
    const reason = ['--reason', 'the camera is replaced'];
    expect(await run(['pause', 'edge-01', 'hello', '--for', '2h', ...reason])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('hello: paused for 2h, until 2026-11-22T12:00:00Z\n'),
    });
    const args = { deployment: 'hello', for: '2h', reason: 'the camera is replaced' };
    expect(asked).toMatchObject([{ verb: 'pause', args }]);
  });

  test('without a length is asked of nobody', async () => {
    await replying();
    const { code, stderr } = await run(['pause', 'edge-01', '--reason', 'x']);
    expect([code, asked]).toEqual([2, []]);
    expect(stderr).toContain('--for: a duration from 1m to 30d, such as 2h');
  });
});

describe('restart', () => {
  test('says that it has begun', async () => {
    await replying({ status: 'accepted' });
    expect(await run(['restart', 'edge-01', 'hello'])).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: 'edge-01: restart accepted; holdfastctl status devices/edge-01 shows how it goes\n',
    });
  });

  test('that is refused says why, and exits with 1', async () => {
    await replying({ status: 'refused', code: 'no_such_name', message: 'there is no "x"' });
    const { code, stdout, stderr } = await run(['restart', 'edge-01', 'x', '--json']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: edge-01 refuses to restart: there is no "x"\n',
    });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'no_such_name' } });
  });
});

describe('nothing is sent', () => {
  test.each<[string, string[], string]>([
    ['to a group', ['why', 'groups/berlin'], 'a question goes to one device, not to a group'],
    ['without the name that is needed', ['logs', 'edge-01'], "missing required argument 'SERVICE'"],
    ['with a tail that is no number', ['logs', 'edge-01', 'web', '--tail', 'x'], '--tail: a number from 0'],
    ['with no time to answer in', ['why', 'edge-01', '--timeout', '0s'], 'no duration from 1s to 10m'],
  ])('%s', async (_name, args, complaint) => {
    await replying({ status: 'accepted' });
    const { code, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stderr).toContain(complaint);
    expect(asked).toEqual([]);
  });

  test('to a device that nobody knows; the nearest one is named', async () => {
    const { code, stderr } = await run(['why', 'edge-02']);
    expect(code).toBe(2);
    expect(stderr).toContain('hint: did you mean edge-01?');
  });

  test('to one that is offline: it would be carried out when nobody expects it', async () => {
    await replying({ status: 'accepted' });
    await broker.publishRetained(`${PREFIX}/devices/edge-01/presence`, makePresence(false));
    const { code, stderr } = await run(['restart', 'edge-01', 'hello']);
    expect(code).toBe(3);
    expect(stderr).toContain('edge-01 is offline');
    expect(asked).toEqual([]);
  });
});

test('a device that does not answer in time is said to be silent, with exit code 4', async () => {
  const { code, stderr } = await run(['why', 'edge-01', '--timeout', '1s']);
  expect(code).toBe(4);
  expect(stderr).toContain('edge-01 did not answer "why" in 1 s');
});

test('each operation that the broker may ask for has its command', async () => {
  const { stdout } = await run(['--help']);
  for (const operation of Object.values(OPERATIONS))
    if (operation?.askedBy.broker) expect(stdout).toMatch(new RegExp(`^  ${operation.name} `, 'm'));
});
