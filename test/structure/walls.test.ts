// The walls between rooms, tried out: what is not allowed is planted, and the linter has to refuse it.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ROOMS, type Room } from '../../scripts/lint/rooms.ts';
import { roomTable, wallsOf, withTable } from '../../scripts/lint/walls.ts';
import { importsIn } from './imports.ts';

const BIOME = path.resolve('node_modules/.bin/biome');
const PROGRAMS = ['agent', 'fleet', 'lib', 'protocol'];
/** Of libraries, each of which is one room's or a few rooms'; and of Node, with a path of two parts. */
const PACKAGES = [
  ...new Set(['node:fs', 'node:fs/promises', 'vitest', ...ROOMS.flatMap(({ packages }) => packages)]),
].filter((name) => name !== 'node:*');

interface Diagnostic {
  readonly category: string;
  readonly file: string;
  readonly line: number;
}

let place: string;
beforeAll(() => {
  place = mkdtempSync(path.join(tmpdir(), 'holdfast-walls-'));
  cpSync('biome.json', path.join(place, 'biome.json'));
  cpSync('scripts/lint', path.join(place, 'scripts/lint'), { recursive: true });
});
beforeEach(() => {
  for (const folder of PROGRAMS) rmSync(path.join(place, folder), { recursive: true, force: true });
});
afterAll(() => rmSync(place, { recursive: true }));

function plant(file: string, lines: readonly string[]): void {
  mkdirSync(path.dirname(path.join(place, file)), { recursive: true });
  writeFileSync(path.join(place, file), `${lines.join('\n')}\n`);
}

/** What the linter says of the planted files. */
function lint(): Diagnostic[] {
  const { stdout, stderr } = spawnSync(
    BIOME,
    ['lint', '--reporter=github', '--max-diagnostics=none', '--vcs-enabled=false', ...PROGRAMS],
    { cwd: place, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const found = [...stdout.matchAll(/^::\w+ title=([^,]+),file=([^,]+),line=(\d+),/gm)];
  if (found.length === 0) throw new Error(`nothing found, or Biome failed: ${stderr}`);
  return found.map(([, category = '', file = '', line]) => {
    return { category, file: path.relative(place, file), line: Number(line) };
  });
}

function importOf(from: Room, to: Room): string {
  const relative = path.posix.relative(from.path, to.path);
  return `${relative.startsWith('.') ? relative : `./${relative}`}/planted.ts`;
}

function isAllowed({ packages }: Room, name: string): boolean {
  return packages.includes(name) || (name.startsWith('node:') && packages.includes('node:*'));
}

describe('the linter', () => {
  const cases = ROOMS.flatMap((from) => [
    ...ROOMS.filter((to) => to !== from).map((to) => {
      return { from, name: importOf(from, to), isAllowed: from.imports.includes(to.path) };
    }),
    ...PACKAGES.map((name) => ({ from, name, isAllowed: isAllowed(from, name) })),
  ]);
  const kinds = [
    ['an import', (name: string) => `import { planted } from '${name}'; planted();`],
    ['an import of a type', (name: string) => `export type { Planted } from '${name}';`],
    ['a lazy import', (name: string) => `export const later = () => import('${name}');`],
  ] as const;

  test.each(kinds)('refuses %s from each room that is not listed, and no other', (_kind, write) => {
    for (const room of ROOMS) {
      const own = cases.filter(({ from }) => from === room);
      plant(
        `${room.path}/planted.ts`,
        own.map(({ name }) => write(name)),
      );
    }
    const refused = lint().filter(({ category }) => category.endsWith('noRestrictedImports'));
    const found = refused.map(({ file, line }) => {
      const own = cases.filter(({ from }) => `${from.path}/planted.ts` === file);
      return `${path.posix.dirname(file)} -> ${own[line - 1]?.name}`;
    });
    const wanted = cases.filter((one) => !one.isAllowed).map(({ from, name }) => `${from.path} -> ${name}`);
    expect(found.sort()).toEqual(wanted.sort());
  });

  test('refuses clock, chance, network and process in a pure room', () => {
    const impure = [
      ...['Date.now()', 'new Date()', 'Math.random()', 'fetch("/")', 'performance.now()'],
      ...['process.pid', 'crypto.randomUUID()', 'setTimeout(f, 1)', 'setInterval(f, 1)', 'setImmediate(f)'],
      ...['globalThis.Date.now()', 'queueMicrotask(f)', 'AbortSignal.timeout(1)', 'console.log(1)'],
    ];
    const pure = ROOMS.filter(({ isPure }) => isPure);
    expect(pure.map((room) => room.path)).toContain('agent/reconcile');
    for (const room of pure)
      plant(
        `${room.path}/planted.ts`,
        impure.map((code, index) => `export const planted${index} = (f) => [f, ${code}];`),
      );
    const found = lint().filter(({ category }) => /noRestrictedGlobals|plugin|noConsole/.test(category));
    for (const room of pure) {
      const lines = found.filter(({ file }) => file === `${room.path}/planted.ts`).map(({ line }) => line);
      expect(
        impure.filter((_code, index) => !lines.includes(index + 1)),
        room.path,
      ).toEqual([]);
    }
  });

  test('refuses four parameters, a promise without an owner, and a ring of types alone', () => {
    plant('lib/time/planted.ts', [
      'export const four = (a, b, c, d) => [a, b, c, d];',
      'export const later = async (): Promise<void> => {};',
      'export const lost = (): void => void later();',
    ]);
    plant('agent/model/planted.ts', ["import type { B } from './other.ts';", 'export type A = B[];']);
    plant('agent/model/other.ts', ["import type { A } from './planted.ts';", 'export type B = A[];']);
    const found = lint().map(({ category, file }) => `${file} ${category.replace(/^.*\//, '')}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'lib/time/planted.ts useMaxParams',
        'lib/time/planted.ts noVoid',
        'agent/model/planted.ts noImportCycles',
      ]),
    );
  });
});

describe('the table of rooms', () => {
  test('has each folder with code of the programs, and no other', () => {
    const files = execFileSync('git', ['ls-files', ...PROGRAMS], { encoding: 'utf8' }).split('\n');
    const folders = files.filter((file) => file.endsWith('.ts')).map((file) => path.posix.dirname(file));
    expect(ROOMS.map((room) => room.path).sort()).toEqual([...new Set(folders)].sort());
  });

  test('goes from the ground up: a room imports such as stand above it', () => {
    const ringed = ROOMS.flatMap((room, index) => {
      const above = ROOMS.slice(0, index).map((one) => one.path);
      return room.imports.filter((name) => !above.includes(name)).map((name) => `${room.path} -> ${name}`);
    });
    expect(ringed).toEqual([]);
  });

  test('allows nothing that nobody uses', () => {
    const unused = ROOMS.flatMap((room) => {
      const files = execFileSync('git', ['ls-files', `${room.path}/*.ts`], { encoding: 'utf8' }).split('\n');
      const own = files.filter((file) => path.posix.dirname(file) === room.path);
      const names = own.flatMap((file) => namedIn(readFileSync(file, 'utf8'), room.path));
      const isUsed = (name: string): boolean =>
        name === 'node:*' ? names.some((one) => one.startsWith('node:')) : names.includes(name);
      return [...room.imports, ...room.packages]
        .filter((name) => !isUsed(name))
        .map((name) => `${room.path} -> ${name}`);
    });
    expect(unused).toEqual([]);
  });

  test("is what the linter's walls and docs/architecture.md were written from", () => {
    const walls: unknown = JSON.parse(readFileSync('scripts/lint/walls.json', 'utf8'));
    expect(walls).toEqual(wallsOf(ROOMS));
    const page = readFileSync('docs/architecture.md', 'utf8');
    expect(page).toBe(withTable(page, roomTable(ROOMS)));
  });
});

/** Rooms and packages that a file names. */
function namedIn(text: string, room: string): string[] {
  return importsIn(text).map((name) =>
    name.startsWith('.') ? path.posix.dirname(path.posix.join(room, name)) : name,
  );
}
