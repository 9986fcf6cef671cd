// `holdfast events` for people: a line for each, and more where it is long.

import { type Event, readKnown } from '../../protocol/reports/events.ts';
import { inSeconds } from '../../protocol/values/timestamp.ts';
import { paint, type Style } from '../render/colour.ts';
import { wrap } from '../render/wrap.ts';
import { describeEvent } from '../reports/event-words.ts';
import { standingOfPhase, styleOf } from '../reports/standing.ts';
import type { View } from './view.ts';

/** `2026-11-22T03:12:07Z  line/camera: failed: exited with code 1 (exited)`, ending in a line break. */
export function renderEvent(event: Event, view: View): string {
  const at = inSeconds(event.at);
  const lines = wrap(`${at} ${describeEvent(event)}`, 0, view.columns);
  const style = view.hasColour ? styleOfEvent(event) : null;
  return lines.map((line) => `${style === null ? line : paint(line, style)}\n`).join('');
}

function styleOfEvent(event: Event): Style | null {
  const known = readKnown(event);
  if (known?.type === 'phase') return styleOf(standingOfPhase(known.phase));
  return /failed$|refused$/.test(event.type) ? 'red' : null;
}
