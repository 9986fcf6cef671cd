import { expect, test } from 'vitest';
import { markup } from '../../../../../agent/doors/page/html/markup.ts';
import { ATTACK } from '../views.ts';

test('what is put in is text, and what the tag made stays markup', () => {
  const inner = markup`<b>${'<i>'}</b>`;
  expect(String(markup`<p title="${'"a"'}">${inner}${[inner, '&', 1]}</p>`)).toBe(
    '<p title="&quot;a&quot;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>&amp;1</p>',
  );
});

test('nothing of an attack is left that a browser, or an eye, would obey', () => {
  const text = String(markup`${ATTACK}`);
  expect(text).not.toMatch(/[<>"'\n\u202e\0]/);
  expect(text).toContain('&amp;lt;');
});

test('an object that only looks like markup is text', () => {
  // As JSON could bring one.
  const forged: unknown = JSON.parse('{"toString":"<b>","isSafe":true}');
  // Untyped on purpose: it is what the types refuse.
  expect(() => String(markup`${forged as string}`)).toThrow();
});
