// docs/technician.md shows what its commands print: its samples are the golden files of the walk, which runs them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GOLDEN, STEPS } from './golden.ts';

const PAGE = path.resolve(import.meta.dirname, '../../../docs/technician.md');
/** A mark, and the sample below it where there is one already. */
const SAMPLE = /^<!-- walk: (?<step>\S+) -->\n(?:```console\n[\s\S]*?^```\n)?/gm;

const page = readFileSync(PAGE, 'utf8');
const golden = (step: string): string => readFileSync(path.join(GOLDEN, `${step}.80.txt`), 'utf8').trimEnd();

test('the page has each step of the walk once, and no other', () => {
  const steps = [...page.matchAll(SAMPLE)].map(({ groups }) => groups?.step ?? '');
  expect(steps.toSorted()).toEqual([...STEPS].toSorted());
});

test('each step is kept at both widths, and no other', () => {
  const files = STEPS.flatMap((step) => [`${step}.40.txt`, `${step}.80.txt`]);
  expect(readdirSync(GOLDEN).toSorted()).toEqual(files.toSorted());
});

test('its samples are what the commands print', async () => {
  const filled = page.replace(
    SAMPLE,
    (_, step) => `<!-- walk: ${step} -->\n\`\`\`console\n${golden(step)}\n\`\`\`\n`,
  );
  await expect(filled).toMatchFileSnapshot(PAGE);
});

test('what it tells to type beside them is what they show', () => {
  const shown = STEPS.map(golden).join('\n');
  const typed = [...page.replace(SAMPLE, '').matchAll(/`(holdfast (?:retry|restart) [^`]+)`/g)].map(
    ([, one]) => one,
  );
  expect(typed.filter((one) => !shown.includes(one ?? ''))).toEqual([]);
});
