import { expect, test } from 'vitest';
import { EngineChanges } from '../../../agent/diagnosis/engine-changes.ts';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 12, 0, second));

test('another version is a change, and stays the newest; an absence is none', () => {
  const changes = new EngineChanges();
  expect(changes.note(null, at(0))).toBeNull();
  expect(changes.note('20.10', at(1))).toBeNull();
  expect(changes.note(null, at(2))).toBeNull();
  expect(changes.note('20.10', at(3))).toBeNull();
  expect(changes.note(null, at(4))).toBeNull();
  const upgrade = { from: '20.10', to: '26.1', at: at(5).toISOString() };
  expect(changes.note('26.1', at(5))).toEqual(upgrade);
  expect(changes.note('26.1', at(6))).toEqual(upgrade);
});
