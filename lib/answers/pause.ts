// What `pause` and `resume` have come to, for people.

import type { Paused } from '../../protocol/operations/pause.ts';
import type { Resumed } from '../../protocol/operations/resume.ts';
import { formatDuration } from '../../protocol/values/duration.ts';
import { inSeconds } from '../../protocol/values/timestamp.ts';
import { wrap } from '../render/wrap.ts';
import type { View } from './view.ts';

/** A line for each deployment, and how to end it. */
export function renderPause({ paused, for_ms: forMs }: Paused, { columns }: View): string {
  const length = formatDuration(forMs);
  const lines = paused.map(({ deployment, until }) =>
    until === null
      ? `${deployment}: paused for ${length} once what is under way has ended; see holdfast status`
      : `${deployment}: paused for ${length}, until ${inSeconds(until)}`,
  );
  const [first] = paused;
  const end = `to end it before: holdfast resume${paused.length === 1 ? ` ${first?.deployment}` : ''}`;
  const all = paused.length === 0 ? ['nothing to pause: there is no deployment'] : [...lines, end];
  return `${all.flatMap((line) => wrap(line, 0, columns)).join('\n')}\n`;
}

export function renderResume({ resumed }: Resumed, { columns }: View): string {
  const lines = resumed.map((name) => `${name}: the pause has ended; holdfast status shows how it goes`);
  const all = lines.length === 0 ? ['nothing was paused'] : lines;
  return `${all.flatMap((line) => wrap(line, 0, columns)).join('\n')}\n`;
}
