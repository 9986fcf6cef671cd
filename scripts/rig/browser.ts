/** A real browser without a window: Debian's Chromium, or one that is there already. */
import { type Browser, chromium } from 'playwright-core';
import { ensurePrograms } from './apt.ts';
import { findProgram, isRoot, RigError } from './exec.ts';
import { type Progress, quietProgress } from './progress.ts';

/** By what they are called where the package is not Debian's. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];
/** It is to talk to nobody but the page under test. */
const ARGS = [
  ...['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

export async function startBrowser(progress: Progress = quietProgress): Promise<Browser> {
  if (findBrowser() === undefined) await ensurePrograms([{ program: 'chromium', pkg: 'chromium' }], progress);
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new RigError('there is no Chromium');
  return await chromium.launch({ executablePath, args: [...ARGS, ...(isRoot() ? ['--no-sandbox'] : [])] });
}

function findBrowser(): string | undefined {
  return PROGRAMS.map(findProgram).find((found) => found !== undefined);
}
