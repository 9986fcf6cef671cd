// Tested in test/agent/cli/operation-verb.test.ts.

import type { View } from '../../../lib/answers/view.ts';
import { wrap } from '../../../lib/render/wrap.ts';
import type { Restarted } from '../../../protocol/operations/restart.ts';

/** `holdfast restart` for people. */
export function renderRestart({ deployment, service }: Restarted, { columns }: View): string {
  const what = service === null ? `all services of ${deployment}` : `${deployment}/${service}`;
  const text = `restarting ${what}; holdfast status shows how it goes`;
  return `${wrap(text, 0, columns).join('\n')}\n`;
}
