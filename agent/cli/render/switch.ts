// Tested in test/agent/cli/operation-verb.test.ts.

import type { View } from '../../../lib/answers/view.ts';
import { wrap } from '../../../lib/render/wrap.ts';

/** `holdfast switch` for people. */
export function renderSwitch({ deployment }: { readonly deployment: string }, { columns }: View): string {
  const text = `${deployment} does not wait for its window any more; holdfast status shows how it goes`;
  return `${wrap(text, 0, columns).join('\n')}\n`;
}
