import { describe, expect, test } from 'vitest';
import { CommandIntake, type CommandIntakeOptions } from '../../../../agent/doors/mqtt/command-intake.ts';
import { newAgentState } from '../../../../agent/notices/agent-state.ts';
import { HeldReplies } from '../../../../agent/notices/held-replies.ts';
import type { Offer } from '../../../../agent/operations/offer.ts';
import { offerReport } from '../../../../agent/operations/report.ts';
import { offerRetry } from '../../../../agent/operations/retry.ts';
import type { SqliteStore } from '../../../../agent/store/sqlite-store.ts';
import type { Reply } from '../../../../protocol/operations/command.ts';
import { STREAM_ARGS } from '../../../../protocol/operations/stream-args.ts';
import { loudNotices } from '../../../fakes/loud-notices.ts';
import { offerEcho, offerPlain, plain } from '../../../fakes/operations.ts';
import { silent } from '../../../fakes/silent-logger.ts';
import { withStore } from '../../store/with-store.ts';

const OFFERS: readonly Offer[] = [
  offerReport({ reportAll: () => undefined }),
  offerRetry({
    supervisor: { pauseOf: () => null, retry: (deployment) => deployment === 'line' },
    puller: { retryNow: () => undefined },
    state: newAgentState(),
  }),
];

function takeIn(store: CommandIntakeOptions['store'], offers: readonly Offer[]) {
  const fatal: unknown[] = [];
  const onFatal = (error: unknown): void => {
    fatal.push(error);
  };
  const held = new HeldReplies();
  const parts: Reply[] = [];
  const isTaken = { value: true };
  const publishPart = async (part: Reply): Promise<boolean> => {
    parts.push(part);
    return isTaken.value;
  };
  const edges = { store, logger: silent, held, publishPart, notices: loudNotices() };
  const commands = new CommandIntake({ ...edges, offers, onFatal });
  const send = (command: Record<string, unknown>): void => {
    const { id = 'c1' } = command;
    const text = JSON.stringify({ schema: 'holdfast.command/1', id, verb: 'report', ...command });
    commands.receive(String(id), Buffer.from(text));
  };
  return { commands, send, fatal, held, parts, isTaken };
}

/** Of a command that ends by itself. */
async function answerTo(
  store: SqliteStore,
  command: Record<string, unknown>,
  offers = OFFERS,
): Promise<Reply | undefined> {
  const { send } = takeIn(store, offers);
  send(command);
  await expect.poll(() => store.pendingReplies()).toHaveLength(1);
  return store.pendingReplies()[0];
}

test('report is answered in these words', () =>
  withStore(async (store) => {
    expect(await answerTo(store, {})).toEqual({
      ...{ schema: 'holdfast.reply/1', id: 'c1' },
      status: 'succeeded',
    });
  }));

const INVALID = { status: 'refused', code: 'invalid', message: 'args.deployment: a name' };
const retries: readonly [string, unknown, object][] = [
  ['that is there', 'line', { status: 'accepted' }],
  [
    'that is not there',
    'other',
    { status: 'refused', code: 'no_such_deployment', message: 'there is no deployment "other"' },
  ],
  ['that is no name', '../line', INVALID],
  ['that is a list', ['line'], INVALID],
  ['that is left out', undefined, INVALID],
];
test.for(retries)('retry of a deployment %s is answered in these words', ([, deployment, answer]) =>
  withStore(async (store) => {
    expect(await answerTo(store, { verb: 'retry', args: { deployment } })).toEqual({
      ...{ schema: 'holdfast.reply/1', id: 'c1' },
      ...answer,
    });
  }),
);

test.for([
  ['a name', { verb: 'retry', args: { deployment: 'x'.repeat(100_000) } }],
  ['a verb', { verb: 'x'.repeat(100_000) }],
  ['a field', { ['x'.repeat(100_000)]: 1 }],
] as const)('%s as long as a payload allows makes a short answer', ([, command]) =>
  withStore(async (store) => {
    expect(JSON.stringify(await answerTo(store, command)).length).toBeLessThan(1000);
  }),
);

test.for(['restart', 'logs', 'pause', 'resume'])(
  '%s is a verb of the protocol, and nobody here carries it out',
  (verb) =>
    withStore(async (store) => {
      const message = `this agent does not carry out "${verb}"`;
      expect(await answerTo(store, { verb })).toMatchObject({
        status: 'refused',
        code: 'unsupported',
        message,
      });
    }),
);

test('what the broker may not ask for is no verb', () =>
  withStore(async (store) => {
    expect(await answerTo(store, { verb: 'status' })).toMatchObject({ status: 'refused', code: 'invalid' });
  }));

/** Test operations go by verbs of the protocol. */
const as = (verb: string, { operation, ask }: Offer): Offer => ({
  operation: { ...operation, name: verb },
  ask,
});

describe('an operation', () => {
  test('gets its arguments parsed, and all that are faulty are told', () =>
    withStore(async (store) => {
      const { send } = takeIn(store, [as('logs', offerEcho())]);
      send({ id: 'good', verb: 'logs', args: { deployment: 'line', line: 'a', times: 2, other: 1 } });
      send({ id: 'bad', verb: 'logs', args: { deployment: 'line', times: 0 } });
      await expect.poll(() => store.pendingReplies()).toHaveLength(2);
      expect(store.pendingReplies()).toMatchObject([
        { id: 'good', status: 'succeeded' },
        { id: 'bad', code: 'invalid', message: 'args.line: a text; args.times: a number from 1' },
      ]);
    }));

  test('that takes its time holds nothing up, and is answered when it is done', () =>
    withStore(async (store) => {
      let finish = (): void => undefined;
      const isDone = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const slow = offerPlain(() => isDone.then(() => ({ kind: 'done', answer: null })));
      const { send } = takeIn(store, [as('logs', slow), ...OFFERS]);
      send({ id: 'slow', verb: 'logs' });
      send({ id: 'quick' });
      await expect.poll(() => store.pendingReplies().map(({ id }) => id)).toEqual(['quick']);
      expect(store.unansweredCommands()).toEqual(['slow']);
      finish();
      await expect.poll(() => store.unansweredCommands()).toEqual([]);
    }));

  test('is carried out once for an id, also while it is under way', () =>
    withStore(async (store) => {
      let times = 0;
      const endless = offerPlain(() => {
        times += 1;
        return new Promise(() => undefined);
      });
      const { send } = takeIn(store, [as('logs', endless)]);
      send({ verb: 'logs' });
      send({ verb: 'logs' });
      expect(times).toBe(1);
      const next = takeIn(store, OFFERS);
      next.send({ verb: 'logs' });
      expect(times).toBe(1);
      next.commands.answerInterrupted();
      expect(store.pendingReplies()).toMatchObject([{ id: 'c1', status: 'failed', code: 'interrupted' }]);
    }));

  test('that the end of the agent ends is answered at the next start', () =>
    withStore(async (store) => {
      const endless = offerPlain(async (_, signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        throw signal.reason;
      });
      const { commands, send, fatal } = takeIn(store, [as('logs', endless)]);
      send({ verb: 'logs' });
      await commands.close();
      expect(fatal).toEqual([]);
      expect(store.pendingReplies()).toEqual([]);
      takeIn(store, OFFERS).commands.answerInterrupted();
      expect(store.pendingReplies()).toMatchObject([
        { code: 'interrupted', message: 'the agent was restarted while it carried this out' },
      ]);
    }));

  test('that comes while the agent ends is left to the next start', () =>
    withStore(async (store) => {
      const { commands, send } = takeIn(store, OFFERS);
      const closed = commands.close();
      expect(() => send({})).toThrow('the agent is ending');
      await closed;
      expect(await answerTo(store, {})).toMatchObject({ id: 'c1', status: 'succeeded' });
    }));

  test('that ends in a fault of the agent is answered, without its words', () =>
    withStore(async (store) => {
      const broken = as(
        'logs',
        offerPlain(() => Promise.reject(new Error('password=secret'))),
      );
      expect(await answerTo(store, { verb: 'logs' }, [broken])).toEqual({
        ...{ schema: 'holdfast.reply/1', id: 'c1', status: 'failed', code: 'internal' },
        message: 'the agent failed to carry this out; its log says why',
      });
    }));

  test.for([
    ['refused', 'refused'],
    ['failed', 'failed'],
  ] as const)('that comes to %s is answered so', ([kind, status]) =>
    withStore(async (store) => {
      const no = as(
        'logs',
        offerPlain(async () => ({ kind, code: 'held', message: 'a program holds it' })),
      );
      const reply = await answerTo(store, { verb: 'logs' }, [no]);
      expect(reply).toMatchObject({ status, code: 'held', message: 'a program holds it' });
    }),
  );

  test('that answers is answered with it, and the store keeps no more than that it was', () =>
    withStore(async (store) => {
      const found = as(
        'logs',
        offerPlain(async () => ({ kind: 'done', answer: { findings: ['a'] } })),
      );
      const { send, held } = takeIn(store, [found]);
      send({ verb: 'logs' });
      await expect.poll(() => store.pendingReplies()).toHaveLength(1);
      const [stored] = store.pendingReplies();
      expect(stored).toMatchObject({ status: 'succeeded', code: 'answer_lost' });
      expect(stored).not.toHaveProperty('answer');
      expect(stored && held.inPlaceOf(stored)).toEqual({
        ...{ schema: 'holdfast.reply/1', id: 'c1', status: 'succeeded' },
        answer: { findings: ['a'] },
      });
    }));

  test('whose answer is larger than a message is told without it', () =>
    withStore(async (store) => {
      const large = as(
        'logs',
        offerPlain(async () => ({ kind: 'done', answer: 'x'.repeat(120_000) })),
      );
      expect(await answerTo(store, { verb: 'logs' }, [large])).toEqual({
        ...{ schema: 'holdfast.reply/1', id: 'c1', status: 'succeeded', code: 'answer_too_large' },
        message: 'done; the answer has 120002 bytes, more than a reply carries',
      });
    }));

  test('with an argument for the device alone is refused', () =>
    withStore(async (store) => {
      const following = as('logs', {
        ...offerPlain(async () => ({ kind: 'done', answer: null })),
        operation: { ...plain, args: STREAM_ARGS },
      });
      const { send } = takeIn(store, [following]);
      send({ id: 'no', verb: 'logs', args: { follow: true } });
      send({ id: 'yes', verb: 'logs', args: { follow: false, tail: 5 } });
      await expect.poll(() => store.pendingReplies()).toHaveLength(2);
      expect(store.pendingReplies()).toMatchObject([
        { id: 'no', code: 'invalid', message: 'args.follow: not over MQTT' },
        { id: 'yes', status: 'succeeded' },
      ]);
    }));

  test('is refused while a thousand are under way', () =>
    withStore(async (store) => {
      const endless = as(
        'logs',
        offerPlain(() => new Promise(() => undefined)),
      );
      const { send } = takeIn(store, [endless]);
      for (let number = 1; number <= 1001; number += 1) send({ id: `c${number}`, verb: 'logs' });
      expect(store.pendingReplies()).toMatchObject([{ id: 'c1001', status: 'refused', code: 'busy' }]);
    }));

  test('whose answer cannot be kept ends the agent', async () => {
    const answerCommand = (): never => {
      throw new Error('broken');
    };
    const store = { beginCommand: () => true, answerCommand, unansweredCommands: () => [] };
    const { send, fatal } = takeIn(store, OFFERS);
    send({});
    await expect.poll(() => fatal).toHaveLength(1);
  });
});

describe('an answer that comes bit by bit', () => {
  /** So many items of some 1,000 bytes. */
  const stream = (count: number, bytes = 1000): Offer => {
    async function* items(): AsyncGenerator<string> {
      for (let number = 0; number < count; number += 1) yield `${number} `.padEnd(bytes, 'x');
    }
    return as(
      'logs',
      offerPlain(async () => ({ kind: 'stream', items: items() })),
    );
  };

  async function replyTo(store: SqliteStore, offer: Offer, isTaken = true) {
    const intake = takeIn(store, [offer]);
    intake.isTaken.value = isTaken;
    intake.send({ verb: 'logs' });
    await expect.poll(() => store.pendingReplies()).toHaveLength(1);
    const stored = store.pendingReplies()[0];
    if (stored === undefined) throw new Error('unreachable: there is one');
    return { ...intake, stored, reply: intake.held.inPlaceOf(stored) };
  }

  test('is one reply where it is short', () =>
    withStore(async (store) => {
      const { reply, parts } = await replyTo(store, stream(2, 3));
      expect(parts).toEqual([]);
      expect(reply).toEqual({
        ...{ schema: 'holdfast.reply/1', id: 'c1', status: 'succeeded' },
        ...{ answer: ['0 x', '1 x'], part: { index: 0, is_last: true } },
      });
    }));

  test('comes in parts that a broker takes, none of which is stored', () =>
    withStore(async (store) => {
      const { reply, parts, stored } = await replyTo(store, stream(300));
      const all = [...parts, reply];
      expect(all.map(({ part }) => part)).toEqual([
        { index: 0, is_last: false },
        { index: 1, is_last: false },
        { index: 2, is_last: true },
      ]);
      expect(all.flatMap(({ answer }) => answer)).toHaveLength(300);
      for (const one of all) expect(JSON.stringify(one).length).toBeLessThan(120 * 1024);
      expect(JSON.stringify(stored).length).toBeLessThan(300);
    }));

  test('ends after ten parts, and says so', () =>
    withStore(async (store) => {
      const { reply, parts } = await replyTo(store, stream(5000));
      expect(parts).toHaveLength(9);
      expect(reply).toMatchObject({ code: 'answer_cut', part: { index: 9, is_last: true } });
    }));

  test('ends where the broker does not take a part', () =>
    withStore(async (store) => {
      const { reply, parts } = await replyTo(store, stream(5000), false);
      expect(parts).toHaveLength(1);
      expect(reply).toMatchObject({ status: 'failed', code: 'part_lost' });
    }));

  test('is cut before an item that no message carries', () =>
    withStore(async (store) => {
      const { reply } = await replyTo(store, stream(2, 130_000));
      expect(reply).toMatchObject({ code: 'answer_cut', answer: [], part: { index: 0, is_last: true } });
    }));
});
