// The table of findings in operations.md says what the rows say.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ROWS } from '../../agent/findings/rows.ts';
import { OPERATIONS_PAGE } from './operations-rows.ts';

const BEGIN = '<!-- findings: tested against agent/findings -->\n';

test('the table has each finding in the order of the rows, and no other', () => {
  const page = readFileSync(OPERATIONS_PAGE, 'utf8');
  const [table = ''] = page.slice(page.indexOf(BEGIN) + BEGIN.length).split('\n\n');
  const rows = ROWS.filter(({ code }) => code !== 'reason').map(
    ({ code, severity, meaning, mend }) => `| \`${code}\` | ${severity} | ${meaning} | ${mend} |`,
  );
  expect(table.trim().split('\n').slice(2)).toEqual(rows);
});
