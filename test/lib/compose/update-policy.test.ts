import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runHoldfastctl } from '../../fleet/support/run-holdfastctl.ts';

test('a window and a hold in a Compose file reach the document', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'holdfast-policy-'));
  const file = path.join(dir, 'compose.yaml');
  writeFileSync(
    file,
    `name: app
services: { web: { image: "web:1" } }
x-holdfast:
  update:
    window: { cron: "0 2 * * *", zone: Europe/Berlin, length: 2h }
    hold: true
`,
  );
  const { code, stdout } = await runHoldfastctl(['validate', file, '--json']);
  rmSync(dir, { recursive: true });
  expect(code).toBe(0);
  const update = { window: { cron: '0 2 * * *', zone: 'Europe/Berlin', length: '2h' }, hold: true };
  expect(JSON.parse(stdout)).toMatchObject({ update });
});
