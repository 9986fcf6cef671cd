import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../../../agent/doors/socket/server.ts';
import { newAgentState } from '../../../../agent/notices/agent-state.ts';
import type { CarryOut, Offer } from '../../../../agent/operations/offer.ts';
import { offerReport } from '../../../../agent/operations/report.ts';
import { offerRetry } from '../../../../agent/operations/retry.ts';
import { echo, offerEcho, offerPlain, type plain, read } from '../../../fakes/operations.ts';

let folder = '';
let server: LocalServer | null = null;
let faults: unknown[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-listener-'));
  faults = [];
});

afterEach(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(...offers: readonly Offer[]): Promise<void> {
  const log = { warn: () => undefined, error: (fault: unknown) => faults.push(fault) };
  const socketPath = path.join(folder, 'api.sock');
  server = await startLocalServer({ socketPath, offers, log, group: 'no-such-group' });
}

async function open(target: string, { method = 'GET', body = '' } = {}): Promise<IncomingMessage> {
  const sent = request({ socketPath: path.join(folder, 'api.sock'), path: target, method, agent: false });
  sent.on('error', () => undefined);
  sent.end(body);
  const [response] = await once(sent, 'response');
  return response;
}

async function ask(target: string, options: { method?: string; body?: string } = {}) {
  const response = await open(target, options);
  return { status: response.statusCode, text: await text(response) };
}

const NO_SERVICE = '{"code":"no_such_deployment","message":"There is no deployment \\"line/web\\"."}\n';

describe('retry is answered to the byte', () => {
  const targets = {
    supervisor: { pauseOf: () => null, retry: (deployment: string) => deployment === 'line' },
    puller: { retryNow: () => undefined },
    state: newAgentState(),
  };
  test.for([
    ['POST', '/v1/deployments/line/retry', 202, '{"deployment":"line"}\n'],
    [
      ...['POST', '/v1/deployments/other/retry', 404],
      '{"code":"no_such_deployment","message":"There is no deployment \\"other\\"."}\n',
    ],
    ['POST', '/v1/deployments/line%2Fweb/retry', 404, NO_SERVICE],
    [
      ...['POST', '/v1/deployments/Line/retry', 404],
      '{"code":"not_found","message":"There is nothing at /v1/deployments/Line/retry."}\n',
    ],
    [
      ...['GET', '/v1/deployments/line/retry', 405],
      '{"code":"method_not_allowed","message":"GET is not possible at /v1/deployments/line/retry."}\n',
    ],
  ] as const)('%s %s', async ([method, target, status, answer]) => {
    await serve(offerRetry(targets));
    expect(await ask(target, { method })).toEqual({ status, text: answer });
    // It has no argument for a body, whatever that is.
    expect(await ask(target, { method, body: 'not json' })).toEqual({ status, text: answer });
  });
});

test('what may be asked for over MQTT alone is not here', async () => {
  await serve(offerReport({ reportAll: () => undefined }));
  expect((await ask('/v1/report', { method: 'POST' })).status).toBe(404);
});

describe('arguments', () => {
  const target = echo.askedBy.socket.path.replace('{deployment}', 'line');
  const post = (body: unknown) =>
    ask(target, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });

  test.for<[string, unknown, number, string]>([
    ['come in the body', { line: 'a' }, 200, '"line: a"\n'],
    ['may be left out where they have a default', { line: 'a', times: 2 }, 200, '"line: a a"\n'],
    ['of the path beat those of the body', { deployment: 'x', line: 'a' }, 200, '"line: a"\n'],
    ['that nobody wants are passed over', { line: 'a', colour: 1 }, 200, '"line: a"\n'],
    ['that are missing are told', '', 400, '{"code":"invalid","message":"line: a text"}\n'],
    [
      ...(['that are faulty are told', { line: 1, times: 0 }, 400] as const),
      '{"code":"invalid","message":"line: a text; times: a number from 1"}\n',
    ],
    [
      ...(['that are no object are told', [], 400] as const),
      '{"code":"invalid","message":"The body: expected an object."}\n',
    ],
  ])('%s', async ([, body, status, answer]) => {
    await serve(offerEcho());
    expect(await post(body)).toEqual({ status, text: answer });
  });

  test('that are no JSON are told', async () => {
    await serve(offerEcho());
    const { status, text: answer } = await post('{"line": ');
    expect({ status, code: JSON.parse(answer).code }).toEqual({ status: 400, code: 'not_json' });
  });

  test('that are too large are refused, also where nobody said so before', async () => {
    await serve(offerEcho());
    const sent = request({ socketPath: path.join(folder, 'api.sock'), path: target, method: 'POST' });
    sent.on('error', () => undefined);
    sent.write(' '.repeat(129 * 1024));
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(413);
    expect(JSON.parse(await text(response)).code).toBe('too_large');
    sent.destroy();
  });

  test('of a GET come in the query', async () => {
    await serve(offerEcho(read));
    expect(await ask(`${target}?line=a%20b&times=2`)).toEqual({ status: 200, text: '"line: a b a b"\n' });
  });
});

test.for(['refused', 'failed'] as const)('what is %s comes with a sentence', async (kind) => {
  await serve(offerPlain(async () => ({ kind, code: 'held', message: 'a program holds it' })));
  const answer = '{"code":"held","message":"A program holds it."}\n';
  expect(await ask('/v1/plain')).toEqual({ status: 409, text: answer });
});

describe('an answer that takes its time', () => {
  test('ends when its caller hangs up, and that is no fault', async () => {
    let isAborted = false;
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    await serve(
      offerPlain(async (_, signal) => {
        begun();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        isAborted = true;
        throw signal.reason;
      }),
    );
    const sent = request({ socketPath: path.join(folder, 'api.sock'), path: '/v1/plain' });
    sent.on('error', () => undefined);
    sent.end();
    await hasBegun;
    sent.destroy();
    await expect.poll(() => isAborted).toBe(true);
    expect(faults).toEqual([]);
  });

  test('is waited for when the server closes', async () => {
    const steps: string[] = [];
    await serve(
      offerPlain(async (_, signal) => {
        steps.push('begun');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        steps.push('ended');
        return { kind: 'done', answer: null };
      }),
    );
    const sent = request({ socketPath: path.join(folder, 'api.sock'), path: '/v1/plain' });
    sent.on('error', () => undefined);
    sent.end();
    await expect.poll(() => steps).toEqual(['begun']);
    await server?.close();
    expect(steps).toEqual(['begun', 'ended']);
  });
});

describe('a stream', () => {
  const streamOf = (items: (signal: AbortSignal) => AsyncIterable<unknown>): CarryOut<typeof plain> => {
    return async (_, signal) => ({ kind: 'stream', items: items(signal) });
  };

  test('comes as lines of JSON', async () => {
    await serve(
      offerPlain(
        streamOf(async function* () {
          yield { line: 1 };
          yield 'two';
        }),
      ),
    );
    const response = await open('/v1/plain');
    expect(response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(await text(response)).toBe('{"line":1}\n"two"\n');
  });

  test('comes as it is made, and ends when its caller hangs up', async () => {
    const steps: string[] = [];
    await serve(
      offerPlain(
        streamOf(async function* (signal) {
          try {
            yield 'first';
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
          } finally {
            steps.push('ended');
          }
        }),
      ),
    );
    const response = await open('/v1/plain');
    const [chunk] = await once(response, 'data');
    expect(String(chunk)).toBe('"first"\n');
    expect(steps).toEqual([]);
    response.destroy();
    await expect.poll(() => steps).toEqual(['ended']);
    expect(faults).toEqual([]);
  });

  test('is made no faster than it is read', async () => {
    let made = 0;
    await serve(
      offerPlain(
        streamOf(async function* () {
          for (; made < 10_000; made += 1) yield 'x'.repeat(10_000);
        }),
      ),
    );
    const response = await open('/v1/plain');
    response.pause();
    await expect.poll(() => made).toBeGreaterThan(1);
    const whenFull = await settledAt(() => made);
    expect(whenFull).toBeLessThan(1000);
    response.destroy();
  });

  test('that breaks off ends its connection with no good end, and is told to the log', async () => {
    await serve(
      offerPlain(
        streamOf(async function* () {
          yield 'first';
          throw new Error('the engine is gone');
        }),
      ),
    );
    const response = await open('/v1/plain');
    await expect(text(response)).rejects.toThrow('aborted');
    expect(faults).toHaveLength(1);
  });
});

/** What a number is once it has stopped growing. */
async function settledAt(read: () => number): Promise<number> {
  let before = -1;
  await expect
    .poll(
      () => {
        const isSame = before === read();
        before = read();
        return isSame;
      },
      { interval: 100 },
    )
    .toBe(true);
  return before;
}
