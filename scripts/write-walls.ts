// Writes the linter's walls and the table of rooms in docs/architecture.md from `scripts/lint/rooms.ts`. With
// `--check`, only compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { ROOMS } from './lint/rooms.ts';
import { roomTable, wallsOf, withTable } from './lint/walls.ts';

const WALLS = new URL('./lint/walls.json', import.meta.url);
const PAGE = new URL('../docs/architecture.md', import.meta.url);

const page = readFileSync(PAGE, 'utf8');
const files = [
  { url: WALLS, name: 'scripts/lint/walls.json', text: `${JSON.stringify(wallsOf(ROOMS), null, 2)}\n` },
  { url: PAGE, name: 'docs/architecture.md', text: withTable(page, roomTable(ROOMS)) },
];
const isCheck = process.argv.includes('--check');
for (const { url, name, text } of files) {
  if (!isCheck) writeFileSync(url, text);
  else if (readFileSync(url, 'utf8') !== text) {
    console.error(`${name} is stale: npm run walls`);
    process.exitCode = 1;
  }
}
