import { describe, expect, test } from 'vitest';
import { notHealthy } from '../../../../agent/model/health.ts';
import { emptyHistory } from '../../../../agent/model/histories.ts';
import { firstOf } from '../../../../agent/model/instance.ts';
import type { LastWords } from '../../../../agent/model/last-words.ts';
import type { ObservedContainer } from '../../../../agent/model/observed.ts';
import { type DeploymentRecord, EMPTY_RECORD, type ServiceFailure } from '../../../../agent/model/record.ts';
import {
  askHanging,
  askLastWords,
  noteAsked,
  noteLastWords,
} from '../../../../agent/reconcile/running/last-words.ts';
import { containerOf, present } from '../situations.ts';

const FAILURE: ServiceFailure = {
  code: 'exited',
  message: 'it exited with code 1',
  exitCode: 1,
  at: '2026-11-28T10:00:00.000Z',
  nextTryAt: '2026-11-28T10:00:00.000Z',
};

function recordWith(lastFailure: ServiceFailure | null): DeploymentRecord {
  const history = {
    spec: 's',
    restarts: 0,
    failuresInRow: 1,
    delayMs: 0,
    retryAtMs: null,
    watched: null,
    applied: null,
  };
  return { ...EMPTY_RECORD, services: { web: { ...history, lastFailure } } };
}

function wordsOf(fingerprint: string): LastWords {
  const place = { file: '/app/main.py', line: 5, function: 'f' };
  return { log: ['end'], python: { type: 'KeyError', message: 'x', ...place, fingerprint, traceback: 't' } };
}

describe('what is read of a service that fails', () => {
  const history = { ...emptyHistory({ hash: 's' }), lastFailure: FAILURE };
  const askedOf = (container: ObservedContainer, health: 'unhealthy' | 'unknown') =>
    askLastWords([{ container, verdict: notHealthy(health), history }], []);
  const up = containerOf(present(1, { web: {} }), 'web');

  test('and fails its probe is what its present run wrote', () => {
    expect(askedOf(up, 'unhealthy')).toMatchObject([{ kind: 'read_last_logs', ofThisRun: true }]);
  });

  test('and has ended, or was started again by the engine, is what the run before wrote too', () => {
    const containers: ObservedContainer[] = [{ ...up, state: 'exited' }, up];
    for (const container of containers)
      expect(askedOf(container, 'unknown')).toEqual([
        { kind: 'read_last_logs', service: 'web', index: 0, container: up.id },
      ]);
  });
});

test('a run that hangs is asked once, also where the agent ends between the question and the stop', () => {
  const hanging = {
    container: containerOf(present(1, { web: {} }), 'web'),
    verdict: { ...notHealthy('unhealthy'), isSilent: true as const },
    history: { ...emptyHistory({ hash: 's' }), lastFailure: FAILURE },
  };
  const step = askHanging(hanging);
  expect(step).toMatchObject({ kind: 'read_last_logs', asksThreads: true });
  const { web } = noteAsked(recordWith(FAILURE), step === null ? [] : [step]).services;
  expect(web).toBeDefined();
  expect(askHanging({ ...hanging, history: web ?? hanging.history })).toBeNull();
});

test('that they are asked for is noted before they are read', () => {
  const record = noteAsked(recordWith(FAILURE), [
    { kind: 'read_last_logs', service: 'web', index: 0, container: 'c' },
  ]);
  expect(record.services.web?.lastFailure?.lastWords).toEqual({ log: [] });
  expect(noteAsked(record, [])).toBe(record);
});

test('a traceback is counted by its fingerprint, from when it came first', () => {
  const later = '2026-11-28T11:00:00.000Z';
  const once = noteLastWords(recordWith(FAILURE), firstOf('web'), wordsOf('a'));
  const again = { ...once.services.web, lastFailure: { ...FAILURE, at: later } };
  const twice = noteLastWords(
    { ...once, services: { web: { ...recordWith(FAILURE).services.web!, ...again } } },
    firstOf('web'),
    wordsOf('a'),
  );
  expect(twice.services.web?.tracebacks).toEqual([{ fingerprint: 'a', firstAt: FAILURE.at, count: 2 }]);
});

test('of many different ones the newest five are counted', () => {
  const record = ['a', 'b', 'c', 'd', 'e', 'f', 'a'].reduce(
    (before, fingerprint) => noteLastWords(before, firstOf('web'), wordsOf(fingerprint)),
    recordWith(FAILURE),
  );
  expect(record.services.web?.tracebacks?.map(({ fingerprint }) => fingerprint)).toEqual([
    'c',
    'd',
    'e',
    'f',
    'a',
  ]);
});

test.each([
  ['out of memory', { ...FAILURE, code: 'oom_killed', exitCode: 137 }],
  ['a kill', { ...FAILURE, exitCode: 137 }],
  ['a good end', { ...FAILURE, exitCode: 0 }],
] as const)('no traceback explains %s', (_name, failure) => {
  const { web } = noteLastWords(recordWith(failure), firstOf('web'), wordsOf('a')).services;
  expect(web?.lastFailure?.lastWords).toEqual({ log: ['end'] });
  expect(web?.tracebacks).toBeUndefined();
});

test('words of a service that has not failed, or is not there, change nothing', () => {
  const record = recordWith(null);
  expect(noteLastWords(record, firstOf('web'), wordsOf('a'))).toBe(record);
  expect(noteLastWords(record, firstOf('other'), wordsOf('a'))).toBe(record);
});
