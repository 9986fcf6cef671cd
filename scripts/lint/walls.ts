// From the table of rooms to the linter's configuration and to the table that people read.
import path from 'node:path';
import type { Room } from './rooms.ts';

/** A configuration of Biome, to be named in `extends`: one override for each room. */
export function wallsOf(rooms: readonly Room[]): object {
  return { overrides: rooms.map(overrideOf) };
}

function overrideOf(room: Room): object {
  return {
    includes: [`${room.path}/*.ts`],
    ...(room.isPure ? { plugins: ['./scripts/lint/pure.grit'] } : {}),
    linter: {
      rules: {
        style: {
          noRestrictedImports: { level: 'error', options: { patterns: [importsOf(room)] } },
          ...(room.isPure
            ? { noRestrictedGlobals: { level: 'error', options: { deniedGlobals: IMPURE_GLOBALS } } }
            : {}),
        },
      },
    },
  };
}

/** All is refused but what is named. A single star: a folder below is a room of its own. */
function importsOf({ path: from, imports, packages }: Room): object {
  const rooms = imports.map((room) => `!${relative(from, room)}/*`);
  return {
    group: ['**', '!./*', ...rooms, ...packages.flatMap(namesOf).map((name) => `!${name}`)],
    message: `not in the list of what ${from} may import: scripts/lint/rooms.ts`,
  };
}

/** A star stands for no slash, and `node:fs/promises` has one. */
function namesOf(name: string): string[] {
  return name.endsWith('*') ? [name, `${name}/*`] : [name];
}

function relative(from: string, to: string): string {
  const found = path.posix.relative(from, to);
  return found.startsWith('.') ? found : `./${found}`;
}

const IMPURE = 'this room is pure: data in, data out';
const IMPURE_GLOBALS = Object.fromEntries(
  [
    ...['fetch', 'performance', 'process', 'crypto', 'console', 'WebSocket'],
    ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'globalThis'],
  ].map((name) => [name, IMPURE]),
);

export function roomTable(rooms: readonly Room[]): string {
  const lines = rooms.map(({ path: room, duty, imports, packages }) => {
    const names = imports.length === 0 ? 'no room' : imports.map((name) => `\`${name}\``).join(', ');
    return `| \`${room}/\` | ${duty} | ${names} | ${packages.join(', ')} |`;
  });
  return ['| room | duty | may import | packages |', '|---|---|---|---|', ...lines].join('\n');
}

const BEGIN = '<!-- rooms: written by npm run walls -->';
const END = '<!-- end of rooms -->';

/** The page with the table in its place. Throws where the page has no place for it. */
export function withTable(page: string, table: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`docs/architecture.md has no "${BEGIN}" … "${END}"`);
  return `${page.slice(0, begin + BEGIN.length)}\n${table}\n${page.slice(end)}`;
}
