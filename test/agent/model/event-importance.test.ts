import { expect, test } from 'vitest';
import { IMPORTANCE, importanceOf } from '../../../agent/model/event-importance.ts';
import { STEP_EVENTS } from '../../../protocol/reports/events.ts';
import { someEvent, someSample } from '../../fakes/some-event.ts';

test('a sample goes before a step that succeeded, a step before what came of it', () => {
  expect(importanceOf(someSample())).toBe(IMPORTANCE.sample);
  for (const type of STEP_EVENTS)
    expect(importanceOf({ type, deployment: 'line' })).toBe(IMPORTANCE.progress);
  expect(importanceOf(someEvent())).toBe(IMPORTANCE.transition);
});
