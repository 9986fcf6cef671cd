// The whole page, as it is sent once. Its parts may come anew afterwards.
import { html } from '@remix-run/html-template';
import { type Fragment, fragmentsOf, type PageView, summarise } from './fragments.ts';
import { type Markup, markup } from './markup.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

export function renderPage(view: PageView): string {
  const { status, now } = view;
  const body = markup`<header><h1>${status.device}</h1><p id="summary" role="status">${summarise(view)}</p>
<p id="live">As of ${now.toISOString()}.</p><noscript><p>Without JavaScript this page stays as it is: <a href="/">reload</a>.</p></noscript></header>
<main>${fragmentsOf(view).map(asSection)}</main>
<footer>Nothing can be changed here; the commands are for a terminal on the device.</footer>`;
  return renderDocument(titleOf(view), markup`${body}${script()}`);
}

/** Asks for the token. `problem` says why the last one was not taken. */
export function renderLogin(problem: string | null): string {
  const complaint = problem === null ? '' : markup`<p class="wrong" role="alert">${problem}</p>`;
  return renderDocument(
    'Holdfast: log in',
    markup`<main><h1>Holdfast</h1>${complaint}<form method="post" action="/login"><p><label for="token">Token</label></p>
<p><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></p>
<p><button>Log in</button></p></form></main>`,
  );
}

/** For the tab: how it stands, then where. */
export function titleOf({ status, findings }: PageView): string {
  const count = findings.findings.length;
  return `${count === 0 ? '✓' : `(${count})`} ${status.device}`;
}

function asSection([id, content]: Fragment): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-title">${content}</section>`;
}

function script(): Markup {
  return html.raw`<script>${SCRIPT}</script>`;
}

function renderDocument(title: string, body: Markup): string {
  const head = markup`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${title}</title>`;
  // Style and script are this program's own text, and allowed by their hashes alone.
  return String(
    html.raw`<!doctype html><html lang="en"><head>${head}<style>${STYLE}</style></head><body>${body}</body></html>`,
  );
}
