// The commands that act on what is shown, made from the table of operations: the page itself changes nothing.
// Tested in test/agent/doors/page/html/page.test.ts.

import type { Operation } from '../../../../protocol/operations/operation.ts';
import { asSentence } from '../../../../protocol/values/text.ts';
import { type Markup, markup } from './markup.ts';

/** Arguments that name a deployment. */
const NAMING = ['deployment', 'target', 'name'];

export function command(line: string): Markup {
  return markup`<code class="do">${line}</code>`;
}

/** What can be asked about one deployment, folded away. `id` is the fold's own. */
export function deploymentCommands(operations: readonly Operation[], name: string): Markup {
  const about = operations.filter((operation) => {
    const [first, ...others] = typedArguments(operation);
    return first !== undefined && NAMING.includes(first) && others.length === 0;
  });
  return foldedCommands(about, { id: `commands-${name}`, argument: ` ${name}` });
}

/** What can be asked about the device as a whole. */
export function deviceCommands(operations: readonly Operation[]): Markup {
  const about = operations.filter((operation) => typedArguments(operation).length === 0);
  return foldedCommands(about, { id: 'commands', argument: '' });
}

function typedArguments({ args }: Operation): string[] {
  return Object.entries(args).flatMap(([key, { option }]) => (option === undefined ? [key] : []));
}

function foldedCommands(
  operations: readonly Operation[],
  { id, argument }: { readonly id: string; readonly argument: string },
): Markup {
  const lines = operations.map(
    ({ name, summary }) => markup`<li>${command(`holdfast ${name}${argument}`)} ${asSentence(summary)}</li>`,
  );
  return lines.length === 0
    ? markup``
    : markup`<details id="${id}"><summary id="${id}-summary">Commands</summary><ul>${lines}</ul></details>`;
}
