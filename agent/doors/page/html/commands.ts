// The commands that act on what is shown, made from the table of operations: the page itself changes nothing.
// Tested in test/agent/doors/page/html/page.test.ts.
import { type Operation, parseArguments } from '../../../../protocol/operations/operation.ts';
import type { Status } from '../../../../protocol/reports/status.ts';
import { asSentence } from '../../../../protocol/values/text.ts';
import { type Markup, markup } from './markup.ts';

/** Arguments that a deployment's name answers. */
const OF_DEPLOYMENT = ['deployment', 'target', 'name'];

export function command(line: string): Markup {
  return markup`<code class="do">${line}</code>`;
}

/** What can be asked about one deployment and its services, folded away. */
export function deploymentCommands(
  operations: readonly Operation[],
  { deployment, services }: Pick<Status, 'deployment' | 'services'>,
): Markup {
  const ofServices = Object.keys(services).map((service) => `${deployment}/${service}`);
  const lines = operations.flatMap((operation) => {
    const [key, ...others] = typedArguments(operation);
    if (key === undefined || others.length > 0) return [];
    if (OF_DEPLOYMENT.includes(key)) return describe(operation, [deployment]);
    return key === 'service' ? describe(operation, ofServices) : [];
  });
  return fold(`commands-${deployment}`, lines);
}

/** What can be asked about the device as a whole. */
export function deviceCommands(operations: readonly Operation[]): Markup {
  const about = operations.filter((operation) => typedArguments(operation).length === 0);
  return fold(
    'commands',
    about.flatMap((operation) => describe(operation, [''])),
  );
}

function typedArguments({ args }: Operation): string[] {
  return Object.entries(args).flatMap(([key, { option }]) => (option === undefined ? [key] : []));
}

/** ` --for TIME --reason TEXT`: those that cannot be left out. */
function neededOptions(operation: Operation): string {
  const parsed = parseArguments(operation, {});
  const missing = parsed.ok ? [] : parsed.faults.map(({ path }) => path);
  return Object.entries(operation.args)
    .filter(([key, { option }]) => option !== undefined && missing.includes(key))
    .map(([key, { placeholder }]) => ` --${key} ${placeholder}`)
    .join('');
}

/** A line for each name; none for what the `holdfast` command cannot ask. */
function describe(operation: Operation, names: readonly string[]): Markup[] {
  const { name: verb, summary, askedBy } = operation;
  if (askedBy.socket === null) return [];
  const needed = neededOptions(operation);
  return names.map(
    (name) => markup`<li>${command(`holdfast ${verb} ${name}${needed}`)} ${asSentence(summary)}</li>`,
  );
}

/** `id` is the fold's own: an open one is known by it when it comes anew. */
function fold(id: string, lines: readonly Markup[]): Markup {
  return lines.length === 0
    ? markup``
    : markup`<details id="${id}"><summary id="${id}-summary">Commands</summary><ul>${lines}</ul></details>`;
}
