// Makes the pictures of the status page in docs/images/, of a made-up device: `npx tsx scripts/screenshots.ts`.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { makeDeployment, makeLocalStatus, makeService } from '../test/agent/cli/fixtures.ts';
import { makeFinding, makeFindings, makeView } from '../test/agent/doors/page/views.ts';
import { Stage } from '../test/integration/page/stage.ts';
import { startBrowser } from './rig/browser.ts';
import { createProgress } from './rig/progress.ts';

const DIR = path.resolve(import.meta.dirname, '../docs/images');
const PICTURES = [
  { name: 'page-phone', colorScheme: 'light', viewport: { width: 390, height: 720 } },
  { name: 'page-dark', colorScheme: 'dark', viewport: { width: 900, height: 620 } },
] as const;

const detector = makeService({
  health: 'unhealthy',
  restarts: 4,
  last_failure: { code: 'exited', message: 'exited with code 1', at: '2026-11-22T11:59:48Z' },
});

const VIEW = makeView({
  findings: makeFindings(
    makeFinding({
      title: 'line-vision/detector has failed 4 times within 2m; the last time: it exited with code 1',
      evidence: ['exited with code 1, 4 restarts; image registry.example.com/detector:1.4.2'],
      log: ['  File "/app/detector.py", line 31, in open_port', "KeyError: 'serial_port'"],
    }),
  ),
  status: makeLocalStatus({
    deployments: [
      makeDeployment({ phase: 'degraded', since: '2026-11-22T11:50:00Z', services: { detector } }),
      makeDeployment({ deployment: 'gateway', services: { web: makeService(), queue: makeService() } }),
    ],
  }),
});

mkdirSync(DIR, { recursive: true });
const stage = await Stage.open();
stage.view = VIEW;
const browser = await startBrowser(createProgress());
for (const { name, ...options } of PICTURES) {
  const page = await browser.newPage(options);
  await page.goto(stage.url);
  await page.getByText('Live.').waitFor();
  await page.screenshot({ path: path.join(DIR, `${name}.png`) });
  await page.close();
}
await browser.close();
await stage.close();
