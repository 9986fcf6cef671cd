import { expect, test } from 'vitest';
import { LogKeeper } from '../../../agent/loop/log-keeper.ts';
import {
  EngineUnavailable,
  type LogLine,
  type LogOptions,
  type LogsOutcome,
} from '../../../agent/ports/engine.ts';
import { Daemon } from '../../fakes/engine/daemon.ts';
import { MemoryEngine } from '../../fakes/memory-engine.ts';
import { MemoryKeptLogs } from '../../fakes/memory-kept-logs.ts';
import { fork } from '../../fakes/random.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';

const STARTED_AT = '2026-11-28T10:00:00Z';
const LEAVING = {
  ...({ kind: 'remove_container' } as const),
  ...{ deployment: 'line', service: 'web', index: 0, container: 'c1' },
  failed: { name: 'line-web-1', revision: 2, startedAt: STARTED_AT, exitCode: 1 },
} as const;
const mask = (text: string): string => text.replaceAll('hunter2', '***');

async function* linesOf(texts: readonly string[]): AsyncGenerator<LogLine> {
  yield* texts.map((text) => ({ stream: 'stderr', at: STARTED_AT, text }) as const);
}

function keeping(answer: () => Promise<LogsOutcome>) {
  const clock = new VirtualClock();
  const asked: LogOptions[] = [];
  class Telling extends MemoryEngine {
    override readLogs(_container: string, options: LogOptions): Promise<LogsOutcome> {
      asked.push(options);
      return answer();
    }
  }
  const engine = new Telling(new Daemon({ clock, random: fork(1, 'engine') }));
  const keptLogs = new MemoryKeptLogs();
  const keeper = new LogKeeper({ engine, keptLogs, clock });
  return { clock, asked, keptLogs, keep: () => keeper.keep(LEAVING, mask) };
}

test('its last thousand lines are kept, masked before they are cut', async () => {
  const long = `${'x'.repeat(3995)}hunter2hunter2`;
  const { asked, keptLogs, keep } = keeping(async () => ({ kind: 'lines', lines: linesOf(['one', long]) }));
  await keep();
  expect(asked).toMatchObject([{ tail: 1000, follow: false }]);
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(keptLogs.kept.get('line/web')).toMatchObject({
    ...{ container: 'line-web-1', revision: 2, startedAt: STARTED_AT, exitCode: 1 },
    lines: [{ text: 'one' }, { text: expect.stringMatching(/^x{3995}\*\*\*/) }],
  });
});

test.each<[string, () => Promise<LogsOutcome>]>([
  ['nothing was written', async () => ({ kind: 'lines', lines: linesOf([]) })],
  ['the container is gone', async () => ({ kind: 'missing' })],
  ['the engine keeps no logs', async () => ({ kind: 'refused', message: 'no' })],
  [
    'the engine is away',
    async () => {
      throw new EngineUnavailable('away', { cause: null, hint: '' });
    },
  ],
])('where %s nothing is kept', async (_what, answer) => {
  const { keptLogs, keep } = keeping(answer);
  await keep();
  expect(keptLogs.kept.size).toBe(0);
});

test('an engine that hangs is waited for 5 s', async () => {
  const { clock, asked, keptLogs, keep } = keeping(() => new Promise(() => undefined));
  let isOver = false;
  const kept = keep().then(() => {
    isOver = true;
  });
  await clock.advance(4900);
  expect(isOver).toBe(false);
  await clock.advance(200);
  await kept;
  expect(asked[0]?.signal.aborted).toBe(true);
  expect(keptLogs.kept.size).toBe(0);
});
