// The page's own script: parts that the server rendered take the place of what they were. Without it the page is read all
// the same. It must neither lose the reader's place nor what is being marked.
// Tested in test/integration/page/browser.test.ts.

export const SCRIPT = `
(() => {
const main = document.querySelector('main'), live = document.getElementById('live'), waiting = new Map();
const say = (text) => { if (live.textContent !== text) live.textContent = text; };
const isMarked = (part) => { const marked = getSelection(); return !marked.isCollapsed && marked.containsNode(part, true); };
const put = (id, html) => {
  let part = document.getElementById(id);
  if (!part) {
    part = document.createElement('section');
    part.id = id;
    part.setAttribute('aria-labelledby', id + '-title');
    main.append(part);
  }
  if (isMarked(part)) return waiting.set(id, html);
  waiting.delete(id);
  const open = [...part.querySelectorAll('details[open]')].map((fold) => fold.id);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : '';
  part.innerHTML = html;
  for (const fold of open) document.getElementById(fold)?.setAttribute('open', '');
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
};
const arrange = (order) => {
  for (const part of [...main.children]) if (!order.includes(part.id)) part.remove();
  order.forEach((id, place) => {
    const part = document.getElementById(id);
    if (part && main.children[place] !== part) main.insertBefore(part, main.children[place] ?? null);
  });
};
document.addEventListener('selectionchange', () => {
  if (getSelection().isCollapsed) for (const [id, html] of [...waiting]) put(id, html);
});
const source = new EventSource('/events');
source.onopen = () => say('Live.');
source.onerror = () => say(source.readyState === 2 ? 'Not live: reload to see what is new.' : 'The agent does not answer; trying again.');
source.onmessage = ({ data }) => {
  const { title, summary, order, parts } = JSON.parse(data);
  document.title = title;
  const line = document.getElementById('summary');
  if (line.textContent !== summary) line.textContent = summary;
  for (const [id, html] of parts) put(id, html);
  if (order.some((id, place) => main.children[place]?.id !== id) || main.children.length !== order.length) arrange(order);
};
})();
`;
