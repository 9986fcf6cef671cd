// The page of a real agent: what is deployed, and what fails, is seen in an open browser.
import type { Browser } from 'playwright-core';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { startBrowser } from '../../../scripts/rig/browser.ts';
import { hello, present } from '../support/documents.ts';
import { World } from '../support/world.ts';

let world: World;
let browser: Browser;
beforeEach(async () => {
  world = new World();
  browser = await startBrowser();
});
afterEach(async () => {
  await browser.close();
  await world.close();
});

test('an open page follows a deployment from its document to its fault, and so do the metrics', async () => {
  const port = await world.port();
  const { manager } = await world.start({ http: `127.0.0.1:${port}` });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.getByText('Live.').waitFor();
  const name = world.name('web');

  const { reference } = inject('rig').images['hello:1.0.0'];
  await manager.publish(name, present(name, 1, { web: hello(reference) }));
  const section = page.locator(`#d-${name}`);
  await section.getByText('converged').waitFor({ timeout: 60_000 });
  await section.getByRole('cell', { name: 'running' }).waitFor();

  await manager.publish(name, present(name, 2, { web: hello(`${reference}-none`) }));
  await page.getByRole('article').getByText(`holdfast retry ${name}`).first().waitFor({ timeout: 60_000 });

  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(metrics).toContain('holdfast_broker_connected 1');
  expect(metrics).toContain(`holdfast_service_up{deployment="${name}",service="web"} 1`);
  expect(metrics).toMatch(/holdfast_events_total\{type="document_accepted"\} 2/);
});
