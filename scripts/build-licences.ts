// The licences of all that is built in: each of them asks to be handed on with the code.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** One text with the licence of every package among `inputs`, the bundle's files below `root`. */
export function collectLicences(root: string, inputs: Readonly<Record<string, unknown>>): string {
  const folders = new Set(
    Object.keys(inputs)
      .map(packageFolder)
      .filter((folder) => folder !== null),
  );
  return [...folders]
    .sort()
    .map((folder) => describeLicence(path.join(root, folder)))
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(file: string): string | null {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? null;
}

function describeLicence(folder: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const { name, version, license } = Object(manifest);
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
  const notice = path.join(folder, 'NOTICE');
  const rest = existsSync(notice) ? `\n\n${readFileSync(notice, 'utf8').trim()}` : '';
  return `${name} ${version} (${license ?? 'licence not stated'})\n\n${text}${rest}\n`;
}
