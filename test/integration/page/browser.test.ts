// The page in a real browser: Chromium.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startBrowser } from '../../../scripts/rig/browser.ts';
import { makeDeployment, makeLocalStatus, makeService } from '../../agent/cli/fixtures.ts';
import { attackedView, makeFinding, makeFindings, makeView } from '../../agent/doors/page/views.ts';
import { Stage } from './stage.ts';

const PHONE = { width: 320, height: 640 };
const LONG = `${'x'.repeat(63)}`;

const TROUBLED = makeView({
  findings: makeFindings(
    makeFinding(),
    makeFinding({ severity: 'warning', title: 'the disk is nearly full: 3 % free', fix: null, log: [] }),
    makeFinding({ severity: 'info', title: 'the broker is away', log: [] }),
  ),
  status: makeLocalStatus({
    deployments: [
      makeDeployment({
        deployment: LONG,
        phase: 'degraded',
        reason: { code: 'unhealthy', path: `services.${LONG}`, message: LONG, log: ['y'.repeat(400)] },
        services: {
          [LONG]: makeService({ health: 'unhealthy', image: `registry.example.com/${LONG}:${LONG}` }),
          detector: makeService({ state: 'exited', exit_code: 1, limits: null }),
        },
      }),
      makeDeployment(),
      makeDeployment({ deployment: 'old', phase: 'removed', services: {} }),
    ],
  }),
});

const VIEWS = [
  ['a healthy device', makeView()],
  ['a device in trouble', TROUBLED],
  ['an attacked device', attackedView()],
] as const;

let browser: Browser;
let stage: Stage;
let page: Page;
/** What the browser complained of, and all that it asked for. */
let complaints: string[] = [];
let requests: string[] = [];

beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

beforeEach(async () => {
  [complaints, requests] = [[], []];
  stage = await Stage.open();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await stage.close();
});

async function visit(options: BrowserContextOptions = {}): Promise<void> {
  const context = await browser.newContext(options);
  page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(stage.url);
}

async function isLive(): Promise<void> {
  await page.getByText('Live.').waitFor();
}

describe('an open page', () => {
  test('shows a change without being loaded again', async () => {
    await visit();
    await isLive();
    await page.evaluate('window.mark = 1');
    await page.getByText('all well: 1 deployment, 1 service').waitFor();
    stage.view = TROUBLED;
    await page.getByRole('heading', { name: 'its probe fails: HTTP 500' }).waitFor();
    await page.getByRole('table', { name: LONG }).waitFor();
    expect(await page.title()).toBe('(3) edge-01');
    expect(await page.getByRole('status').textContent()).toContain('its probe fails: HTTP 500');
    stage.view = makeView();
    await page.getByText('all well: 1 deployment, 1 service').waitFor();
    expect(await page.locator('section').count()).toBe(3);
    expect(await page.evaluate('window.mark')).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('keeps folds open and the focus where it is', async () => {
    await visit();
    await isLive();
    await page.locator('#commands-line-vision-summary').focus();
    await page.keyboard.press('Enter');
    stage.view = makeView({
      status: makeLocalStatus({ deployments: [makeDeployment({ phase: 'degraded' })] }),
    });
    await page.getByText('degraded').waitFor();
    expect(await page.locator('#commands-line-vision').getAttribute('open')).toBe('');
    expect(await page.evaluate('document.activeElement.id')).toBe('commands-line-vision-summary');
  });

  test('leaves alone what is being marked, until it is no more', async () => {
    stage.view = TROUBLED;
    await visit();
    await isLive();
    await page.getByRole('heading', { name: 'its probe fails: HTTP 500' }).selectText();
    stage.view = makeView();
    await page.getByText('all well; 1 deployment').waitFor();
    expect(await page.evaluate('String(getSelection())')).toContain('its probe fails');
    await page.evaluate('getSelection().removeAllRanges()');
    await page.getByText('all well: 1 deployment, 1 service').waitFor();
  });

  test('says that the agent is away, and is up to date when it is back', async () => {
    await visit();
    await isLive();
    await stage.close();
    await page.getByText('The agent does not answer; trying again.').waitFor();
    stage.view = TROUBLED;
    stage.reopen();
    await page.getByRole('heading', { name: 'its probe fails: HTTP 500' }).waitFor();
    await isLive();
  });
});

describe.each(VIEWS)('the page of %s', (_, view) => {
  beforeEach(() => {
    stage.view = view;
  });

  test('runs nothing, asks for nothing else and breaks no rule, at once or by a change', async () => {
    stage.view = makeView({ findings: makeFindings(makeFinding({ title: 'before' })) });
    await visit();
    await isLive();
    stage.view = view;
    await page.getByText('before', { exact: true }).waitFor({ state: 'detached' });
    await page.reload();
    await isLive();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img, main script, iframe, object').count()).toBe(0);
    expect([...new Set(requests)].sort()).toEqual([stage.url, `${stage.url}events`]);
    expect(complaints).toEqual([]);
  });

  test('needs no sideways scrolling at 320 pixels', async () => {
    await visit({ viewport: PHONE });
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBe(320);
  });

  test.each(['light', 'dark'] as const)('has no fault that axe finds: %s', async (colorScheme) => {
    for (const viewport of [PHONE, { width: 1280, height: 800 }]) {
      await visit({ colorScheme, viewport });
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      expect(found, `${colorScheme} ${viewport.width}`).toEqual([]);
    }
  });

  test('is read without JavaScript', async () => {
    await visit({ javaScriptEnabled: false });
    expect(await page.locator('main').textContent()).toContain('Findings');
    await page.getByRole('table').first().waitFor();
    await page.getByRole('link', { name: 'reload' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('edge-01');
  });
});

test('light and dark are two', async () => {
  const background = 'getComputedStyle(document.body).backgroundColor';
  await visit({ colorScheme: 'light' });
  const light = await page.evaluate(background);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await page.evaluate(background)).not.toBe(light);
});

test('all that can be used is reached by the keyboard, in order, and shows that it is', async () => {
  await visit();
  const reached: unknown[] = [];
  for (let step = 0; step < 2; step += 1) {
    await page.keyboard.press('Tab');
    reached.push(await page.evaluate('document.activeElement.id'));
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  }
  expect(reached).toEqual(['commands-summary', 'commands-line-vision-summary']);
});

describe('a page with a token', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hf-it-page-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('asks for it, and is live after it', async () => {
    const tokenFile = path.join(folder, 'token');
    writeFileSync(tokenFile, 'correct-horse-battery\n');
    await stage.close();
    stage = await Stage.open(tokenFile);
    await visit();
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.evaluate(axe.source);
    expect(((await page.evaluate('axe.run()')) as axe.AxeResults).violations).toEqual([]);
    await page.getByLabel('Token').fill('correct-horse-battery');
    await page.keyboard.press('Enter');
    await isLive();
    expect(await page.evaluate('document.cookie')).toBe('');
  });
});
