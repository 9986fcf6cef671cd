// Tested in test/agent/cli/run.test.ts.

import type { View } from '../../../lib/answers/view.ts';
import { wrap } from '../../../lib/render/wrap.ts';

/** `holdfast retry` for people. */
export function renderRetry({ deployment }: { readonly deployment: string }, { columns }: View): string {
  const text = `trying ${deployment} again; holdfast status shows how it goes`;
  return `${wrap(text, 0, columns).join('\n')}\n`;
}
