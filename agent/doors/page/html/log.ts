// Lines that a service wrote. Whatever is in them is text.
// Tested in test/agent/doors/page/html/page.test.ts.
import { type Markup, markup } from './markup.ts';

/** Nothing for no lines. It wraps: nothing is to be scrolled sideways. */
export function logOf(lines: readonly string[]): Markup {
  if (lines.length === 0) return markup``;
  return markup`<ul class="log" aria-label="Its last lines">${lines.map((line) => markup`<li>${line}</li>`)}</ul>`;
}
