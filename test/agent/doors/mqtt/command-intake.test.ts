import { expect, test } from 'vitest';
import { CommandIntake } from '../../../../agent/doors/mqtt/command-intake.ts';
import { commandVerbs } from '../../../../agent/doors/mqtt/command-verbs.ts';
import type { SqliteStore } from '../../../../agent/store/sqlite-store.ts';
import type { Reply } from '../../../../protocol/operations/command.ts';
import { silent } from '../../../fakes/silent-logger.ts';
import { withStore } from '../../store/with-store.ts';

function answerTo(store: SqliteStore, command: Record<string, unknown>): Reply | undefined {
  const retried: string[] = [];
  const verbs = commandVerbs({
    reportAll: () => undefined,
    retry: (deployment) => retried.push(deployment) > 0 && deployment === 'line',
  });
  const commands = new CommandIntake({ store, logger: silent, verbs, onAnswered: () => undefined });
  const text = JSON.stringify({ schema: 'holdfast.command/1', id: 'c1', verb: 'report', ...command });
  commands.receive('c1', Buffer.from(text));
  return store.pendingReplies()[0];
}

const retries: readonly [string, unknown, object][] = [
  ['that is there', 'line', { status: 'accepted' }],
  ['that is not there', 'other', { status: 'refused', code: 'no_such_deployment' }],
  ['that is no name', '../line', { status: 'refused', code: 'invalid' }],
  ['that is a list', ['line'], { status: 'refused', code: 'invalid' }],
  ['that is left out', undefined, { status: 'refused', code: 'invalid' }],
];
test.for(retries)('retry of a deployment %s is answered', ([, deployment, answer]) =>
  withStore((store) => {
    expect(answerTo(store, { verb: 'retry', args: { deployment } })).toMatchObject(answer);
  }),
);

test.for([
  ['a name', { verb: 'retry', args: { deployment: 'x'.repeat(100_000) } }],
  ['a verb', { verb: 'x'.repeat(100_000) }],
  ['a field', { ['x'.repeat(100_000)]: 1 }],
] as const)('%s as long as a payload allows makes a short answer', ([, command]) =>
  withStore((store) => {
    expect(JSON.stringify(answerTo(store, command)).length).toBeLessThan(1000);
  }),
);
