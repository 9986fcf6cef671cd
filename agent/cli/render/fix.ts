// Tested in test/agent/cli/operation-verb.test.ts.

import type { View } from '../../../lib/answers/view.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import type { Fixed } from '../../../protocol/operations/fix.ts';

/** `holdfast fix` for people. */
export function renderFix({ title, action, is_begun: isBegun, id }: Fixed, { columns }: View): string {
  const lines = isBegun
    ? [`begun: ${action}; holdfast why shows what comes of it`]
    : [`would: ${action}`, `to do it: holdfast fix ${id} --yes`];
  return `${[title, ...lines].flatMap((line) => wrap(line, 0, columns)).join('\n')}\n`;
}
