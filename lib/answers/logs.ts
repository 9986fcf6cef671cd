// `holdfast logs` for people: the lines as they were written, and before them what they are.

import type { LogItem } from '../../protocol/operations/logs.ts';
import { inSeconds } from '../../protocol/values/timestamp.ts';
import { paint } from '../render/colour.ts';
import { plainLine } from '../render/plain-line.ts';
import { wrap } from '../render/wrap.ts';
import type { View } from './view.ts';

/** `2026-11-22T03:12:07Z E message`: `E` for stderr, a blank for stdout. What the agent says begins with `--`. */
export function renderLogItem({ stream, at, text }: LogItem, view: View): string {
  if (stream === 'agent') return `${wrap(`-- ${text}`, 0, view.columns).join('\n')}\n`;
  const when = at === null ? '' : `${inSeconds(at)} `;
  const line = `${when}${stream === 'stderr' ? 'E' : ' '} ${plainLine(text)}`;
  return `${view.hasColour && stream === 'stderr' ? paint(line, 'yellow') : line}\n`;
}
