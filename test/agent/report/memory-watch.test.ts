import { expect, test } from 'vitest';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import { MemoryWatch } from '../../../agent/report/memory-watch.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { makeDeployment, makeService } from '../cli/fixtures.ts';

const ID = '0123456789abcdef';
const STARTED_AT = '2026-11-28T10:00:00Z';

function watchOf() {
  const clock = new VirtualClock();
  const { statuses } = newAgentState();
  const asked: (readonly string[])[] = [];
  let bytes = 0;
  const readContainerUsage = (ids: readonly string[]) => {
    asked.push(ids);
    bytes += 10;
    return new Map(ids.map((id) => [id, { cpuMs: 1, memoryBytes: bytes }]));
  };
  const tell = (changes: Parameters<typeof makeService>[0]): void => {
    const service = makeService({ container: ID.slice(0, 12), started_at: STARTED_AT, ...changes });
    statuses.set(new Map([['line', makeDeployment({ deployment: 'line', services: { app: service } })]]));
  };
  const watch = new MemoryWatch({ clock, host: { readContainerUsage }, statuses });
  const later = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    watch.look();
  };
  return { watch, tell, asked, later };
}

test('each look at 15 s adds a reading to the run, and no look in between', async () => {
  const { watch, tell, later } = watchOf();
  tell({});
  await later(0);
  await later(1000);
  await later(14_000);
  expect(watch.of(ID)).toMatchObject({ startedAt: STARTED_AT, samples: [{ bytes: 10 }, { bytes: 20 }] });
  expect(watch.of('other')).toBeNull();
});

test('another run of the same container begins anew', async () => {
  const { watch, tell, later } = watchOf();
  tell({});
  await later(0);
  tell({ started_at: 'again' });
  await later(15_000);
  expect(watch.of(ID)).toMatchObject({ startedAt: 'again', samples: [{ bytes: 20 }] });
});

test('without a limit, or while nothing runs, nothing is read', async () => {
  const { tell, asked, later } = watchOf();
  tell({ limits: null });
  await later(0);
  tell({ state: 'exited' });
  await later(15_000);
  expect(asked).toEqual([]);
});

test('what ended is known for ten minutes more, and then forgotten', async () => {
  const { watch, tell, later } = watchOf();
  tell({});
  await later(0);
  tell({ state: 'exited' });
  await later(5 * 60_000);
  expect(watch.of(ID)?.samples).toHaveLength(1);
  await later(6 * 60_000);
  expect(watch.of(ID)).toBeNull();
});
