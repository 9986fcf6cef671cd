import { describe, expect, test } from 'vitest';
import { type EngineSurvey, engineChecks, type SurveyedEngine } from '../../../agent/checks/engine.ts';
import { type EngineFacts, EngineUnavailable } from '../../../agent/ports/engine.ts';
import { KNOWN } from './known.ts';

const FACTS: EngineFacts = {
  ...{ name: 'docker', version: '20.10.24', apiVersion: '1.41', storageDriver: 'overlay2' },
  ...{ cgroupVersion: '2', dataRoot: '/var/lib/docker', enforces: ['memory', 'cpus', 'pids'] },
};
const SURVEY: EngineSurvey = { bridges: 4, hasOwnPools: false, unbounded: [] };

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
    'ok: 27 of about 31 subnets are left for networks',
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
    [29, /^warning: 2 of about 31 subnets/],
    [31, /^error: 0 of about 31 subnets/],
    [40, /^error: 0 of about 31 subnets/],
  ])('%i networks', async (bridges, words) => {
    expect((await withSurvey({ bridges }))[3]).toMatch(words);
  });

  test('logs with no bound', async () => {
    const told = await withSurvey({ unbounded: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] });
    expect(told.at(-1)).toMatch(/^warning: .* a, b, c, d, e and 2 more: .*max-size/);
  });

  test('an engine that is away', async () => {
    const trouble = new EngineUnavailable('it is away', { cause: null, hint: 'start it' });
    const away = () => Promise.reject(trouble);
    const words = 'error: it is away; start it';
    expect(await look({ facts: away, survey: away })).toEqual([words, words]);
  });
});

test('pools of its own are not counted', async () => {
  const told = await withSurvey({ bridges: 100, hasOwnPools: true });
  expect(told).toContain('ok: 100 networks; the engine has pools of its own');
});
