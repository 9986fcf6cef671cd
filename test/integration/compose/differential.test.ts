// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Compose's variables
// What Holdfast takes of a Compose file means what Compose 2.26 says that it means, or stands in the table of
// docs/compose.md. `HOLDFAST_COMPOSE_ROUNDS=50` makes it long.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ensureComposeCli } from '../../../scripts/rig/compose-cli.ts';
import { quietProgress } from '../../../scripts/rig/progress.ts';
import { readDifferences } from '../../docs/compose-differences.ts';
import { GENERATORS, type Generated } from './generators.ts';
import { normalise } from './normalise.ts';
import { askBoth, type Project } from './oracle.ts';
import { TRICKY } from './tricky.ts';

const ROUNDS = Number(process.env.HOLDFAST_COMPOSE_ROUNDS ?? '1');
/** Services in one file: a call of Compose costs more than all that stands in it. */
const AT_ONCE = 60;

let program: string;
beforeAll(async () => {
  program = await ensureComposeCli(quietProgress);
});

describe('a file by hand', () => {
  test.for(Object.entries(TRICKY))('%s means the same', async ([, project]) => {
    const { compose, holdfast } = await askBoth(program, project);
    if (!compose.ok) throw new Error(compose.message);
    if (!holdfast.ok) throw new Error(holdfast.message);
    expect(normalise(holdfast.content)).toEqual(normalise(compose.content));
  });
});

describe('a row of the table of differences', () => {
  test.for(readDifferences())('$key', async ({ key, compose, holdfast }) => {
    const files = [`services: {s: {image: i, ${key}}}\nvolumes: {v: }`];
    const answers = await askBoth(program, { files, keepsPaths: true });
    const name = key.split(':')[0] ?? '';
    const valueIn = (answer: typeof answers.compose): unknown =>
      answer.ok ? Object(answer.content.services).s[name] : 'refused';
    expect({ compose: valueIn(answers.compose), holdfast: valueIn(answers.holdfast) }).toEqual({
      compose,
      holdfast,
    });
  });
});

describe.for(Object.entries(GENERATORS))('generated: %s', ([, { service, variables }]) => {
  test.for(Array.from({ length: ROUNDS }, (_, round) => round + 1))('round %i', async (seed) => {
    const generated = fc.sample(service, { seed, numRuns: AT_ONCE });
    const taken = await compareAll(generated, variables);
    // Else nothing has been compared.
    expect(taken).toBeGreaterThan(0);
  });
});

/** How many of them both took, and read alike. What one refuses is left out, and the others are tried without it. */
async function compareAll(
  generated: readonly Generated[],
  variables: Record<string, string>,
): Promise<number> {
  const { compose, holdfast } = await askBoth(program, projectOf(generated, variables));
  if (compose.ok && holdfast.ok) {
    expect(normalise(holdfast.content)).toEqual(normalise(compose.content));
    return generated.length;
  }
  if (generated.length === 1) return 0;
  const half = Math.ceil(generated.length / 2);
  const first = await compareAll(generated.slice(0, half), variables);
  return first + (await compareAll(generated.slice(half), variables));
}

/** Each has a service of its own, and may have a file of variables and a second file that goes over the first. */
function projectOf(generated: readonly Generated[], variables: Record<string, string>): Project {
  const bodies = (bodyOf: (one: Generated, index: number) => string): string =>
    generated.map((one, index) => `  s${index}: {${bodyOf(one, index)}}\n`).join('');
  const envFiles = generated.flatMap(({ envFile }, index) =>
    envFile === undefined ? [] : [[`${index}.env`, envFile]],
  );
  const first = bodies(({ keys, envFile }, index) => {
    return `image: i, restart: always, ${envFile === undefined ? keys : `env_file: ${index}.env`}`;
  });
  const head = 'volumes: {vol: }\nnetworks: {net: }\nservices:\n';
  const isOver = generated.some(({ over }) => over !== undefined);
  return {
    files: [head + first, ...(isOver ? [`services:\n${bodies(({ over = '' }) => over)}`] : [])],
    beside: Object.fromEntries(envFiles),
    variables,
  };
}
