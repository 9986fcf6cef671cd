import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runHoldfastctl } from '../../support/run-holdfastctl.ts';

const folder = mkdtempSync(join(tmpdir(), 'My App-'));
afterAll(() => rmSync(folder, { recursive: true }));
function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('validate', () => {
  test('a good file is told valid', async () => {
    const { code, stdout, stderr } = await runHoldfastctl(['validate', 'hello.yaml']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^hello\.yaml is valid: "hello" with service web, \d+ bytes\n$/);
  });

  test('--json writes the document', async () => {
    const { code, stdout } = await runHoldfastctl(['validate', 'hello.yaml', '--json', '--name', 'other']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'holdfast.deployment/1',
      name: 'other',
      state: 'present',
      services: { web: { image: 'hello:1', restart: 'always' } },
    });
    expect(JSON.parse(stdout)).not.toHaveProperty('revision');
  });

  test('what --json writes of a file is taken as a ready document, and says the same', async () => {
    for (const file of ['hello.yaml', 'everything.yaml']) {
      const written = await runHoldfastctl(['validate', file, '--json']);
      const ready = write('written.json', written.stdout);
      expect(await runHoldfastctl(['validate', ready, '--json'])).toMatchObject({
        code: 0,
        stdout: written.stdout,
      });
    }
  });

  test.each([
    ['/dev/zero', ' has more than 1.0 MiB, which is the limit'],
    [write('latin.yaml', Buffer.from([0x61, 0xe4])), ' no text in UTF-8'],
  ])('%s is told, and not read without an end', async (file, message) => {
    const { code, stderr } = await runHoldfastctl(['validate', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test.each([
    ['flow.yaml', `services: {s: {image: i, command: ${'['.repeat(5000)}${']'.repeat(5000)}}}`],
    ['block.yaml', Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('%s, nested thousands deep, is told as too deep', async (name, text) => {
    const { code, stderr } = await runHoldfastctl(['validate', write(name, text)]);
    expect(code).toBe(2);
    expect(stderr).toContain('too deep');
    expect(stderr).not.toContain('stack');
  });

  test('all faults come with file, line and column', async () => {
    const { code, stdout, stderr } = await runHoldfastctl(['validate', 'faulty.yaml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: faulty\.yaml has 16 faults:\nfaulty\.yaml:1:7: name: /);
    expect(stderr).toContain('\nfaulty.yaml:5:12: services.web.image: ');
  });

  test('faults as JSON', async () => {
    const { code, stdout } = await runHoldfastctl(['validate', 'faulty.yaml', '--json']);
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe('invalid_file');
    expect(error.faults[1]).toMatchObject({ line: 5, column: 12, path: 'services.web.image' });
  });

  test('notes go to stderr', async () => {
    const { code, stderr } = await runHoldfastctl(['validate', 'everything.yaml']);
    expect(code).toBe(0);
    expect(stderr).toContain('note: everything.yaml:2:1: version: ');
  });

  test("without a name, the folder's is taken as Compose takes it", async () => {
    const file = write('nameless.yaml', 'services: {s: {image: i}}');
    const { stdout } = await runHoldfastctl(['validate', file, '--json']);
    expect(JSON.parse(stdout).name).toMatch(/^myapp-[a-z0-9]+$/);
  });

  test('--profile takes services of that profile too, and env_file is read beside the file', async () => {
    write('some.env', 'A=from the file');
    const text = 'services: {s: {image: i, env_file: some.env}, d: {image: d, profiles: [debug]}}';
    const file = write('profiled.yaml', text);
    const servicesOf = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await runHoldfastctl(['validate', ...args, '--json'])).stdout).services;
    const s = { image: 'i', environment: { A: 'from the file' } };
    expect(await servicesOf(file)).toEqual({ s });
    expect(await servicesOf('--profile', 'test', '--profile', 'debug', file)).toEqual({
      s,
      d: { image: 'd' },
    });
  });

  test.each<[string, string[], string]>([
    [
      'no such file',
      ['validate', 'absent.yaml'],
      'error: absent.yaml cannot be read: there is no such file\n',
    ],
    ['a folder', ['validate', '.'], 'error: . cannot be read: it is a directory, and a file is expected\n'],
    [
      'a path through a file',
      ['validate', 'hello.yaml/x.yaml'],
      'cannot be read: a part of its path is a file, and a directory is expected\n',
    ],
    ['no file', ['validate'], "missing required argument 'file'"],
    ['no command', ['nonsense'], "unknown command 'nonsense'"],
    ['an unknown option', ['validate', 'hello.yaml', '--nonsense'], "unknown option '--nonsense'"],
    ['a bad name', ['validate', 'hello.yaml', '--name', 'No'], '--name "No" is no name'],
  ])('%s is wrong usage', async (_name, args, message) => {
    const { code, stderr } = await runHoldfastctl(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test.each([['--help'], ['--version']])('%s is good', async (option) => {
    const { code, stdout, stderr } = await runHoldfastctl([option]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });

  test('a document of more than 60 KiB is refused, and of more than 48 KiB noted', async () => {
    const large = (kib: number) => {
      const variables = Array.from({ length: kib }, (_, index) => `V${index}: ${'x'.repeat(1019)}`);
      return `services: {s: {image: i, environment: {${variables.join(', ')}}}}`;
    };
    const noted = await runHoldfastctl(['validate', write('noted.yaml', large(50))]);
    expect(noted.code).toBe(0);
    expect(noted.stderr).toContain('of at most 60.0 KiB');
    const refused = await runHoldfastctl(['validate', write('refused.yaml', large(62))]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('at most 60.0 KiB can be published');
    expect(refused.stderr).toMatch(/the largest parts are services\.s \(6\d\.\d KiB\)$/m);
  });
});

describe('a ready document', () => {
  const document = { name: 'ready', services: { s: { image: 'i' } }, state: 'present' };

  test('is taken as it is', async () => {
    const file = write('ready.json', JSON.stringify({ ...document, revision: 7 }));
    const { code, stdout } = await runHoldfastctl(['validate', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ...document, revision: 7 });
  });

  test('may begin with a byte order mark, as some editors write it', async () => {
    const { code } = await runHoldfastctl([
      'validate',
      write('marked.json', `\uFEFF${JSON.stringify(document)}`),
    ]);
    expect(code).toBe(0);
  });

  test.each([
    ['\uFEFF{,}', '1:2: not JSON'],
    ['{\n  "name": 1, "state": "absent"\n}', '2:3: name: expected string'],
    ['{\n  "name": "a",,\n}', '2:15: not JSON'],
    ['[]', '1:1: expected an object'],
    ['{"name":"a","state":"present","services":{"s":{"image":"i","build":"."}}}', '1:60: services.s.build'],
  ])('%j is refused at its place', async (text, place) => {
    const { code, stderr } = await runHoldfastctl(['validate', write('bad.json', text)]);
    expect(code).toBe(2);
    expect(stderr).toContain(`bad.json:${place}`);
  });

  test.each([
    ['hunter2', '1:1: not JSON: Unexpected token'],
    ['{"secrets": {\n  "a": {"content": hunter2}}}', '2:20: not JSON: Unexpected token'],
    ['{"secrets": {"a": {"content": "hunter2}}}\n', '1:42: not JSON: Bad control character'],
    [
      '{"name":"a","state":"present","services":{"s":{"image":"i"}},"secrets":{"a":"hunter2"}}',
      '1:73: secrets.a',
    ],
  ])('no fault repeats the secret of %j', async (text, place) => {
    const { stderr } = await runHoldfastctl(['validate', write('secret.json', text)]);
    expect(stderr).toContain(`secret.json:${place}`);
    expect(stderr).not.toContain('hunter2');
  });
});
