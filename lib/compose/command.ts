// `command`, `entrypoint` and `healthcheck.test`: lists, or one string.
// Tested in test/lib/compose/read-compose.test.ts.
import type { Convert } from './conversion.ts';
import { listOf, scalarText, text } from './converters.ts';
import { splitCommand } from './split-command.ts';

/** A list of words, or a string that is split into them. */
export const command: Convert = (field, run) => {
  const { node } = field;
  if (node.kind !== 'scalar') return listOf(text)(field, run);
  if (node.value === null) return undefined;
  const split = splitCommand(scalarText(node));
  return split.ok ? split.words : run.fault(field, split.message);
};

/** A string is for the container's shell, as Compose has it. */
export const healthTest: Convert = (field, run) => {
  const { node } = field;
  if (node.kind !== 'scalar') return listOf(text)(field, run);
  return node.value === null ? undefined : ['CMD-SHELL', scalarText(node)];
};
