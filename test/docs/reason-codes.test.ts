// The table of reason codes in operations.md is the one of protocol/reports/reasons.ts, row by row.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REASONS } from '../../protocol/reports/reasons.ts';
import { OPERATIONS_PAGE } from './operations-rows.ts';

test('every reason code has its row, and no other has', () => {
  const page = readFileSync(OPERATIONS_PAGE, 'utf8');
  const section = page.slice(page.indexOf('## Reason codes'), page.indexOf('## Commands'));
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\w+) \| (\w+) \| (.*) \|$/gm)];
  expect(rows.map(([, code, ...row]) => [code, row])).toEqual(Object.entries(REASONS));
});
