// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
import { describe, expect, test } from 'vitest';
import { interpolate } from '../../../lib/compose/interpolate.ts';

const variables = { SET: 'value', EMPTY: '', OTHER: 'other', TAG_1: 'one' };

function run(text: string) {
  const faults: string[] = [];
  const unset: string[] = [];
  const result = interpolate(text, variables, {
    fault: (message) => faults.push(message),
    unset: (name) => unset.push(name),
  });
  return { result, faults, unset };
}

describe('interpolate', () => {
  test.each([
    ['plain', 'plain'],
    ['$SET', 'value'],
    ['a${SET}b', 'avalueb'],
    ['$SET.tail', 'value.tail'],
    ['$TAG_1', 'one'],
    ['${SET:-word}', 'value'],
    ['${EMPTY:-word}', 'word'],
    ['${EMPTY-word}', ''],
    ['${UNSET-word}', 'word'],
    ['${UNSET:-word}', 'word'],
    ['${UNSET:-http://host:80/a-b}', 'http://host:80/a-b'],
    ['${UNSET:-}', ''],
    ['${SET:?needed}', 'value'],
    ['${EMPTY?needed}', ''],
    ['${SET:+yes}', 'yes'],
    ['${EMPTY:+yes}', ''],
    ['${EMPTY+yes}', 'yes'],
    ['${UNSET+yes}', ''],
    ['${UNSET:-${OTHER}}', 'other'],
    ['${UNSET:-${ALSO_UNSET:-deep}}x', 'deepx'],
    ['${UNSET:-a$$b}', 'a$b'],
    ['${SET:-{}}', 'value'],
    ['${SET:-{"a":1}}x', 'valuex'],
    ['${SET:-}}', 'value}'],
    ['${SET:-{a}', 'value'],
    ['${UNSET:-{}}', '{}'],
    ['${UNSET:-{"a":{"b":2}}}x', '{"a":{"b":2}}x'],
    ['${UNSET:-{"a":${UNSET:-1}}}x', '{"a":1}x'],
    ['${UNSET:-a}b}', 'ab}'],
    ['${UNSET:-{a}', '{a'],
    ['${SET:+{${SET}}}', '{value}'],
    ['$$SET', '$SET'],
    ['$$$SET', '$value'],
    ['$${SET}', '${SET}'],
    ['cost: $5 $', 'cost: $5 $'],
  ])('%s becomes %s', (text, expected) => {
    expect(run(text)).toEqual({ result: expected, faults: [], unset: [] });
  });

  test('an unset variable is empty, and told', () => {
    expect(run('a$UNSET${UNSET_2}b')).toEqual({ result: 'ab', faults: [], unset: ['UNSET', 'UNSET_2'] });
  });

  test('a default that is not used warns of nothing', () => {
    expect(run('${SET:-$UNSET}').unset).toEqual([]);
  });

  test.each([
    ['${UNSET:?say which}', 'the variable UNSET is required: say which'],
    ['${EMPTY:?}', 'the variable EMPTY is required'],
    ['${UNSET?}', 'the variable UNSET is required'],
    ['${SET', '"${" without "}"'],
    ['${}', 'no variable that Compose knows'],
    ['${SET/a/b}', 'no variable that Compose knows'],
    ['${1X}', 'no variable that Compose knows'],
  ])('%s is a fault', (text, message) => {
    const { faults } = run(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(message);
  });
});
