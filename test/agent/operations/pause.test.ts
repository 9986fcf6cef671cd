import { expect, test } from 'vitest';
import { askPause, type PauseAsked } from '../../../agent/model/pause.ts';
import { newAgentState } from '../../../agent/notices/agent-state.ts';
import { offerPause } from '../../../agent/operations/pause.ts';
import { offerResume } from '../../../agent/operations/resume.ts';
import { StoreBlocked } from '../../../agent/ports/store.ts';
import { makeDeployment } from '../cli/fixtures.ts';

const { signal } = new AbortController();
const FOR_2H = { for: '2h', reason: 'the camera is replaced' };

/** `blockedAt`: the deployment at which the disk takes nothing any more. */
function offers({ blockedAt = '' } = {}) {
  const asked: [string, PauseAsked][] = [];
  const state = newAgentState();
  const phases = { line: 'converged', gone: 'removed', shop: 'degraded' } as const;
  state.statuses.set(
    new Map(
      Object.entries(phases).map(([name, phase]) => [name, makeDeployment({ deployment: name, phase })]),
    ),
  );
  const write = (name: string): void => {
    if (name === blockedAt) throw new StoreBlocked('no_space');
  };
  const supervisor = {
    pause: (name: string, pause: PauseAsked) => {
      if (!(name in phases)) return null;
      write(name);
      asked.push([name, pause]);
      return askPause(pause, { nowMs: 0, wallTime: '2026-11-22T10:00:00.000Z' });
    },
    resume: (name: string) => {
      write(name);
      return name === 'line';
    },
  };
  return { pause: offerPause({ supervisor, state }), resume: offerResume({ supervisor, state }), asked };
}

test('one deployment is paused, and it is known who asked', async () => {
  const { pause, asked } = offers();
  expect(await pause.ask({ deployment: 'line', ...FOR_2H }, signal, 'fleet')).toEqual({
    kind: 'done',
    answer: { paused: [{ deployment: 'line', until: null }], for_ms: 7_200_000, reason: FOR_2H.reason },
  });
  expect(asked).toEqual([['line', { forMs: 7_200_000, reason: FOR_2H.reason, by: 'fleet' }]]);
});

test('with no name all are paused that are there now, by somebody on the device', async () => {
  const { pause, asked } = offers();
  await pause.ask(FOR_2H, signal);
  expect(asked.map(([name, { by }]) => [name, by])).toEqual([
    ['line', 'device'],
    ['shop', 'device'],
  ]);
});

test('what is not there is told', async () => {
  const refused = { kind: 'not_found', code: 'no_such_deployment' };
  const { pause, resume } = offers();
  expect(await pause.ask({ deployment: 'other', ...FOR_2H }, signal)).toMatchObject(refused);
  expect(await resume.ask({ deployment: 'other' }, signal)).toMatchObject(refused);
});

test('on a disk that takes nothing it has failed, and what was done before is named', async () => {
  const { pause, resume } = offers({ blockedAt: 'shop' });
  expect(await pause.ask(FOR_2H, signal)).toMatchObject({
    ...{ kind: 'failed', code: 'no_space' },
    message: expect.stringMatching(/; done before: line$/),
  });
  expect(await resume.ask({ deployment: 'shop' }, signal)).toMatchObject({
    ...{ kind: 'failed', code: 'no_space' },
    message: expect.not.stringContaining('done before'),
  });
});

test('to end what is not paused is no fault', async () => {
  const { resume } = offers();
  expect(await resume.ask({}, signal)).toEqual({ kind: 'done', answer: { resumed: ['line'] } });
  expect(await resume.ask({ deployment: 'shop' }, signal)).toEqual({ kind: 'done', answer: { resumed: [] } });
});

test.each([
  ['no length', { reason: 'x' }, 'for'],
  ['no reason', { for: '2h' }, 'reason'],
  ['less than a minute', { for: '59s', reason: 'x' }, 'for'],
  ['more than 30 days', { for: '31d', reason: 'x' }, 'for'],
  ['no duration', { for: 'tomorrow', reason: 'x' }, 'for'],
  ['a number', { for: 7200, reason: 'x' }, 'for'],
  ['a blank reason', { for: '2h', reason: '  ' }, 'reason'],
  ['a reason of two lines', { for: '2h', reason: 'a\nb' }, 'reason'],
  ['a reason that a terminal obeys', { for: '2h', reason: '\u001b[2J' }, 'reason'],
  ['a reason without an end', { for: '2h', reason: 'x'.repeat(201) }, 'reason'],
  ['a name that is none', { ...FOR_2H, deployment: '../x' }, 'deployment'],
])('%s is refused', async (_, args, path) => {
  const { pause, asked } = offers();
  expect(await pause.ask(args, signal)).toMatchObject({ kind: 'invalid', faults: [{ path }] });
  expect(asked).toEqual([]);
});
