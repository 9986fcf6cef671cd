import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hearLastWords, maskOfRevisions } from '../../../agent/loop/hear-last-words.ts';
import { revisionOf } from '../../../agent/model/document/revision.ts';
import type { OutputLine } from '../../../agent/model/last-words.ts';
import { maskOf } from '../../../agent/secrets/mask.ts';

const err = (text: string): OutputLine => ({ stream: 'stderr', text });
const noMask = (text: string): string => text;

function maskFor(environment: Record<string, string>, secret = 'inline-secret-1') {
  const document = {
    schema: 'holdfast.deployment/1',
    name: 'app',
    revision: 1,
    state: 'present',
    services: { web: { image: 'app:1', environment, secrets: [{ source: 'key' }] } },
    secrets: { key: { content: secret } },
  };
  const revision = revisionOf('sha256:0', JSON.stringify(document));
  expect(revision?.document.state).toBe('present');
  return maskOfRevisions([revision]);
}

function traceback(message: string, source = 'connect()'): OutputLine[] {
  return [
    'Traceback (most recent call last):',
    '  File "/app/main.py", line 9, in <module>',
    `    ${source}`,
    '  File "/usr/lib/python3.11/socket.py", line 5, in connect',
    `ConnectionError: ${message}`,
  ].map(err);
}

test('the last ten lines are kept, each cut at a whole character', () => {
  const lines = Array.from({ length: 12 }, (_, index) => err(`${index}${'x'.repeat(298)}\u{1f321}`));
  const { log } = hearLastWords({ output: lines }, noMask);
  expect(log).toHaveLength(10);
  expect(log[0]).toBe(`2${'x'.repeat(298)}`);
});

test('a traceback is kept with its place and its culprit', () => {
  expect(hearLastWords({ output: traceback('no broker') }, noMask).python).toMatchObject({
    type: 'ConnectionError',
    message: 'no broker',
    file: '/usr/lib/python3.11/socket.py',
    line: 5,
    function: 'connect',
    culprit: { file: '/app/main.py', line: 9 },
  });
  expect(hearLastWords({ output: [err('no trace')] }, noMask)).toEqual({ log: ['no trace'] });
});

test('what the environment holds is masked, but for paths, where files are', () => {
  const mask = maskFor({ MODE: 'production', HOME: '/app', MQTT_PASSWORD: '/app/hunter2' });
  const { python } = hearLastWords({ output: traceback('production /app/hunter2') }, mask);
  expect(python).toMatchObject({ message: '*** ***', culprit: { file: '/app/main.py' } });
});

const ALPHABET = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~!@%&*+=äé"\\\''];
const letters = fc.array(fc.constantFrom(...ALPHABET), { minLength: 8, maxLength: 40 });
// Random letters alone: no word of the traceback's own is in it.
const secrets = letters.map((some) => `s3${some.join('')}`);

test('of 500 planted secrets none is told', () => {
  const planted = fc.sample(fc.tuple(secrets, secrets, secrets, secrets, fc.nat({ max: 5 })), {
    numRuns: 125,
    seed: 7,
  });
  let count = 0;
  for (const [plain, token, inline, password, shape] of planted) {
    const url = `amqp://user:${encodeURIComponent(password)}@broker:5672/v`;
    const mask = maskFor({ SETTING: plain, API_TOKEN: token, BROKER: url }, inline);
    const told = JSON.stringify(hearLastWords({ output: output([plain, token, inline, url], shape) }, mask));
    const forms = [plain, token, inline, encodeURIComponent(password)];
    for (const form of forms.flatMap((one) => [one, JSON.stringify(one).slice(1, -1)]))
      expect(told).not.toContain(form);
    expect(told).toContain('***');
    count += forms.length;
  }
  expect(count).toBe(500);
});

/** The secrets in all places of a traceback. */
function output([plain, token, inline, url]: readonly string[], shape: number): OutputLine[] {
  const lines = [
    err(`started with ${inline} and ${url}`),
    ...traceback(`${plain}: refused for ${url}`, `login("${token}", key='${inline}')`),
    err(`${token}`),
    err(`  note: ${inline}`),
  ];
  const text = lines.map((line) => line.text).join('\n');
  // As Python's json.dumps does.
  const ascii = JSON.stringify({ exc_info: text }).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (shape === 0) return [err(JSON.stringify({ level: 'error', exc_info: text }))];
  if (shape === 1) return [err(ascii)];
  return lines;
}

test('where it hangs is told for itself, with the output before it, and without secrets', () => {
  const output = [
    err('serving'),
    err('Current thread 0x00007f1 (most recent call first):'),
    err('  File "/app.py", line 4 in f'),
  ];
  const threads = [
    err('Current thread 0x00007f1 (most recent call first):'),
    err('  File "/usr/lib/python3.11/socket.py", line 720 in readinto'),
    err('  File "/app/hunter2/app.py", line 42 in handler'),
  ];
  expect(hearLastWords({ output, threads }, maskOf(['hunter2']))).toEqual({
    log: ['serving'],
    hang: {
      ...{ thread: 'main thread', threads: 1, file: '/app/***/app.py', line: 42, function: 'handler' },
      innermost: { file: '/usr/lib/python3.11/socket.py', line: 720, function: 'readinto' },
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      dump: expect.stringContaining('/app/***/app.py'),
    },
  });
});
