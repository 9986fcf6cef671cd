// Parts become files: each within its time, without secrets, and all of them within a size.
// Tested in test/agent/bundle/collect.test.ts.

import { askWithin, type Told } from '../bystander/told.ts';
import type { Mask } from '../secrets/mask.ts';
import type { Bundle, BundleFile, Missing, Part } from './part.ts';

const MAX_FILE = 2 * 1024 ** 2;
const MAX_TOTAL = 16 * 1024 ** 2;

/** All are gathered at once. In the order of `parts`; what has no room any more is missing. */
export async function gather(parts: readonly Part[], mask: Mask): Promise<Bundle> {
  const told = await Promise.all(parts.map(({ limitMs, gather: ask }) => askWithin(limitMs, ask)));
  const files: BundleFile[] = [];
  const missing: Missing[] = [];
  let left = MAX_TOTAL;
  for (const [index, { path }] of parts.entries()) {
    const made = toText(path, told[index], mask);
    if (!made.ok) missing.push({ what: path, why: mask(made.why) });
    else if (made.value.length > left) missing.push({ what: path, why: 'the bundle is full' });
    else {
      files.push({ path, text: made.value });
      left -= made.value.length;
    }
  }
  return { files, missing };
}

function toText(path: string, told: Told<string> | undefined, mask: Mask): Told<string> {
  if (told === undefined) return { ok: false, why: 'it was not asked for' };
  if (!told.ok) return told;
  // Masked first: half a secret at a cut would be one that nobody recognises.
  const text = mask(told.value);
  if (text.length <= MAX_FILE) return { ok: true, value: text };
  if (path.endsWith('.json')) return { ok: false, why: `it is too large: ${text.length} characters` };
  const end = text.slice(-MAX_FILE);
  return { ok: true, value: end.slice(end.indexOf('\n') + 1) };
}
