import { expect, test } from 'vitest';
import { renderPause, renderResume } from '../../../lib/answers/pause.ts';

const VIEW = { now: new Date('2026-11-22T10:00:00.000Z'), columns: null, hasColour: false };
const LINE = { deployment: 'line', until: '2026-11-22T12:00:00.123Z' };
const SHOP = { deployment: 'shop', until: null };
const ASKED = { for_ms: 7_200_000, reason: 'the camera is replaced' };

test('a pause says until when, and how to end it before', () => {
  expect(renderPause({ paused: [LINE], ...ASKED }, VIEW)).toBe(
    'line: paused for 2h, until 2026-11-22T12:00:00Z\nto end it before: holdfast resume line\n',
  );
});

test('of several, one that has to wait says what for, and all are ended together', () => {
  expect(
    renderPause({ paused: [LINE, SHOP], ...ASKED }, VIEW)
      .split('\n')
      .slice(1),
  ).toEqual([
    'shop: paused for 2h once what is under way has ended; see holdfast status',
    'to end it before: holdfast resume',
    '',
  ]);
});

test('where nothing is there, or nothing was paused, it is said', () => {
  expect(renderPause({ paused: [], ...ASKED }, VIEW)).toBe('nothing to pause: there is no deployment\n');
  expect(renderResume({ resumed: [] }, VIEW)).toBe('nothing was paused\n');
  expect(renderResume({ resumed: ['line'] }, VIEW)).toBe(
    'line: the pause has ended; holdfast status shows how it goes\n',
  );
});

test('40 columns are enough', () => {
  const text = renderPause({ paused: [LINE, SHOP], ...ASKED }, { ...VIEW, columns: 40 });
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
});
