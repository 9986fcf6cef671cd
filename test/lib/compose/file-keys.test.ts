// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// `configs` and `secrets`: contents from files, variables and the Compose file itself, and where services find them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readCompose } from '../../../lib/compose/read-compose.ts';
import { runHoldfastctl } from '../../fleet/support/run-holdfastctl.ts';
import { besideOf } from './beside.ts';

const BESIDE: Readonly<Record<string, string>> = {
  './token.txt': 'from a $FILE\n',
  'big.txt': 'x'.repeat(32_769),
};

function read(text: string, profiles: readonly string[] = []) {
  return readCompose([{ file: 'compose.yaml', text }], {
    variables: { TOKEN: 'from a $VARIABLE', EMPTY: '' },
    fallbackName: 'folder',
    profiles,
    beside: besideOf(BESIDE),
  });
}
function faultsOf(result: ReturnType<typeof read>): string[] {
  if (result.ok) throw new Error('was found valid');
  return result.faults.map(({ line, column, path: at, message }) => `${line}:${column} ${at}: ${message}`);
}
function contentOf(result: ReturnType<typeof read>) {
  if (!result.ok) throw new Error(faultsOf(result).join('\n'));
  return result.content;
}
/** One service that uses `a`, and `a` as line 2 has it. */
const fileWith = (kind: string, a: string): string =>
  `services: {s: {image: i, ${kind}: [a]}}\n${kind}: {a: ${a}}\n`;

describe.each(['configs', 'secrets'])('%s', (kind) => {
  test.each([
    ['{file: ./token.txt}', 'from a $FILE\n'],
    ['{environment: TOKEN}', 'from a $VARIABLE'],
    ['{environment: EMPTY}', ''],
    ['{content: "$TOKEN, $$5 and ${NONE:-x}"}', 'from a $VARIABLE, $5 and x'],
    ['{content: 1.10}', '1.10'],
    ['{content: "", x-note: 1}', ''],
    ['{content: b, name: c, external: false}', 'b'],
  ])('%s becomes the content', (a, content) => {
    expect(contentOf(read(fileWith(kind, a)))).toMatchObject({
      services: { s: { [kind]: [{ source: 'a' }] } },
      [kind]: { a: { content } },
    });
  });

  test.each([
    ['{file: nowhere.txt}', '.file: "nowhere.txt" cannot be read: no such file'],
    ['{file: big.txt}', '.content: expected at most 32768 characters'],
    ['{file: [a]}', '.file: expected a text, got a list'],
    ['{environment: NOWHERE}', '.environment: the variable NOWHERE is not set'],
    ['{file: ./token.txt, content: b}', ': exactly one of file, environment and content'],
    ['{}', ': exactly one of file, environment and content'],
    ['{file: }', ': exactly one of file, environment and content'],
    ['', ': expected a map with file, environment or content'],
    ['{external: true}', '.external: "external" is not carried out by Holdfast: it comes with the document'],
    ['{constructor: b, content: b}', '.constructor: "constructor" is no key that stands here'],
  ])('%s is refused once, with its line', (a, message) => {
    const faults = faultsOf(read(fileWith(kind, a)));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^2:/);
    expect(faults[0]).toContain(`${kind}.a${message}`);
  });

  test('a service may ask for owner and mode', () => {
    const forms = [
      ['0440', '0440'],
      ['0o400', '0400'],
      ['"0600"', '0600'],
    ];
    for (const [written, mode] of forms) {
      const long = `[{source: a, target: /etc/a, uid: 1000, gid: "1000", mode: ${written}}]`;
      const text = `services: {s: {image: i, ${kind}: ${long}}}\n${kind}: {a: {content: b}}`;
      expect(contentOf(read(text))).toMatchObject({
        services: { s: { [kind]: [{ source: 'a', target: '/etc/a', uid: '1000', gid: '1000', mode }] } },
      });
    }
  });

  test.each([
    ['[{source: a, mode: 440}]', '[0].mode: expected an octal mode'],
    ['[{source: a, mode: "0999"}]', '[0].mode: expected an octal mode'],
    ['[{source: a, uid: root}]', '[0].uid: expected a number'],
    ['[{source: a, driver: b}]', '[0].driver: "driver" is no key that stands here'],
    ['[nobody]', '[0].source: no '],
    ['[a, a]', '[1]'],
    ['a', ': expected a list'],
  ])('%s in a service is refused with its line', (uses, message) => {
    const faults = faultsOf(read(`services:\n  s: {image: i, ${kind}: ${uses}}\n${kind}: {a: {content: b}}`));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^2:/);
    expect(faults[0]).toContain(`services.s.${kind}${message}`);
  });

  test('what no service uses is left out with a note', () => {
    const text = `services: {s: {image: i, restart: always, ${kind}: [a]}, d: {image: d, ${kind}: [b], profiles: [debug]}}
${kind}: {a: {content: a}, b: {content: b}}`;
    const result = read(text);
    expect(contentOf(result)[kind]).toEqual({ a: { content: 'a' } });
    expect(result.notes).toMatchObject([
      { line: 2, path: `${kind}.b`, message: expect.stringContaining('left out') },
    ]);
    expect(contentOf(read(text, ['debug']))[kind]).toEqual({ a: { content: 'a' }, b: { content: 'b' } });
  });
});

test.each([
  ['configs', '/app.conf'],
  ['secrets', '/run/secrets/app.conf'],
])('a relative target of %s lies where Compose puts it', (kind, target) => {
  const text = `services: {s: {image: i, ${kind}: [{source: a, target: app.conf}]}}\n${kind}: {a: {content: b}}`;
  expect(contentOf(read(text))).toMatchObject({ services: { s: { [kind]: [{ source: 'a', target }] } } });
});

test.each([
  ['secrets: hunter2'],
  ['secrets: {a: hunter2}'],
  ['secrets: {a: [hunter2]}'],
  ['secrets: {a: {content: [hunter2]}}'],
  ['secrets: {a: {content: "hunter2${"}}'],
  ['secrets: {a: {content: "${hunter2!}"}}'],
  ['secrets: {a: {content: *hunter2}}'],
  ['secrets: {a: {content: !hunter2 b}}'],
  ['secrets:\n  a:\n    content: |hunter2\n'],
  ['secrets: {a: {content: "hunter2", content: "b"}}'],
  ['secrets: {a: {content: "hunter2'],
  [`secrets: {a: {content: ${'hunter2'.repeat(5000)}}}`],
])('no fault repeats the secret of %j', (secrets) => {
  const faults = faultsOf(read(`services: {s: {image: i, secrets: [a]}}\n${secrets}`));
  expect(faults).not.toEqual([]);
  expect(faults.join('\n')).not.toContain('hunter2');
});

describe('files beside the Compose file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-files-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, 'folder'));
  writeFileSync(path.join(folder, 'token.txt'), '\ufeffhunter2 – ü\r\n');
  writeFileSync(path.join(folder, 'key.der'), Buffer.from([0x68, 0x69, 0xff, 0xfe]));
  writeFileSync(path.join(folder, 'huge.txt'), 'x'.repeat(61 * 1024));

  const validate = (file: string, ...options: string[]) => {
    const compose = path.join(folder, 'compose.yaml');
    writeFileSync(
      compose,
      `name: app\nservices: {s: {image: i, secrets: [a]}}\nsecrets:\n  a: {file: ${file}}\n`,
    );
    return runHoldfastctl(['validate', compose, ...options]);
  };

  test('are found relative to it, and taken byte by byte', async () => {
    const { code, stdout } = await validate('./token.txt', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      secrets: { a: { content: '\ufeffhunter2 – ü\r\n' } },
    });
  });

  test('are not shown unless the document is asked for', async () => {
    const { stdout, stderr } = await validate('./token.txt');
    expect(stdout).toContain('is valid');
    expect(stdout + stderr).not.toContain('hunter2');
  });

  test.each([
    ['key.der', 'it is no text in UTF-8'],
    ['huge.txt', 'it has more than 60.0 KiB, which is the limit'],
    ['folder', 'it is no regular file'],
    ['nowhere', 'no such file'],
  ])('%s is refused with its line', async (file, message) => {
    const { code, stderr } = await validate(file);
    expect(code).toBe(2);
    expect(stderr).toContain(`compose.yaml:4:13: secrets.a.file: "${file}" cannot be read: `);
    expect(stderr).toContain(message);
  });
});
