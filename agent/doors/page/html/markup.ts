// The one way to make markup here: what is put into a template is escaped and printable, unless a template made it.
import { html, type SafeHtml } from '@remix-run/html-template';
import { printable } from '../../../../protocol/values/text.ts';

export type Markup = SafeHtml;

type Part = string | number | Markup | readonly Part[];

/**
 * Text and numbers become text, and one line each; only what this tag made stays markup. In attributes the quotes are the
 * template's to write, always double.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return html(strings, ...parts.map(asPrintable));
}

type Written = string | number | Markup | Written[];

function asPrintable(part: Part): Written {
  if (typeof part === 'string') return printable(part);
  return isList(part) ? part.map(asPrintable) : part;
}

/** `Array.isArray` does not take a read-only list for one. */
function isList(part: Part): part is readonly Part[] {
  return Array.isArray(part);
}
