import { describe, expect, test } from 'vitest';
import { type EngineSurvey, engineChecks, type SurveyedEngine } from '../../../agent/checks/engine.ts';
import { type EngineFacts, EngineUnavailable } from '../../../agent/ports/engine.ts';
import { KNOWN } from './known.ts';

const FACTS: EngineFacts = {
  ...{ name: 'docker', version: '20.10.24', apiVersion: '1.41', storageDriver: 'overlay2' },
  ...{ cgroupVersion: '2', dataRoot: '/var/lib/docker', enforces: ['memory', 'cpus', 'pids'] },
};
const SURVEY: EngineSurvey = { subnets: { left: 27, total: 31 }, exposed: [], unbounded: [] };

async function look(engine: Partial<SurveyedEngine>) {
  const whole: SurveyedEngine = { facts: async () => FACTS, survey: async () => SURVEY, ...engine };
  const { signal } = new AbortController();
  const all = await Promise.all(engineChecks(whole).map((row) => row.look(KNOWN, signal)));
  return all.flat().map(({ result, text }) => `${result}: ${text}`);
}

const withFacts = (changes: Partial<EngineFacts>) => look({ facts: async () => ({ ...FACTS, ...changes }) });
const withSurvey = (changes: Partial<EngineSurvey>) =>
  look({ survey: async () => ({ ...SURVEY, ...changes }) });

test('a sound one', async () => {
  expect(await look({})).toEqual([
    'ok: version 20.10.24, API 1.41',
    'ok: it stores images with overlay2',
    'ok: limits of memory, cpus, pids are enforced (cgroup 2)',
    'ok: 27 of 31 subnets are left for networks',
    'ok: the log of each container is bounded',
  ]);
});

describe('what is not well', () => {
  test('a limit that the kernel does not enforce', async () => {
    const told = await withFacts({ enforces: ['cpus', 'pids'] });
    expect(told).toContain('warning: the kernel does not enforce limits of memory (cgroup 2)');
  });

  test('a slow storage driver', async () => {
    expect((await withFacts({ storageDriver: 'vfs' }))[1]).toMatch(/^warning: .*vfs/);
  });

  test.each([
    [2, /^warning: 2 of 31 subnets .* default-address-pools/],
    [0, /^error: 0 of 31 subnets .* default-address-pools/],
  ])('%i subnets are left', async (left, words) => {
    expect((await withSurvey({ subnets: { left, total: 31 } }))[3]).toMatch(words);
  });

  test('logs with no bound, the longest first, with their length where it can be seen', async () => {
    const unbounded = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({ name, bytes: null }));
    const told = await withSurvey({ unbounded: [...unbounded, { name: 'g', bytes: 3 * 1024 ** 3 }] });
    expect(told.at(-1)).toMatch(/^warning: .* g \(3\.0 GiB\), a, b, c, d and 2 more: .*max-size/);
  });

  test('an API that others can reach', async () => {
    const warning =
      'WARNING: API is accessible on http://0.0.0.0:2375 without encryption.\n         Access to the remote API is …';
    expect(await withSurvey({ exposed: [warning] })).toContain(
      'error: API is accessible on http://0.0.0.0:2375 without encryption: whoever reaches it is root on this device; see "hosts" in daemon.json',
    );
  });

  test('an engine that is away', async () => {
    const trouble = new EngineUnavailable('it is away', { cause: null, hint: 'start it' });
    const away = () => Promise.reject(trouble);
    const words = 'error: it is away; start it';
    expect(await look({ facts: away, survey: away })).toEqual([words, words]);
  });
});
