import { expect, test } from 'vitest';
import { registriesCheck } from '../../../agent/checks/registries.ts';
import { EngineUnavailable } from '../../../agent/ports/engine.ts';
import { KNOWN } from './known.ts';

const { signal } = new AbortController();

test('each registry is logged in to by the engine, and its refusal told in its own words', async () => {
  const tryLogin = async (host: string) => (host === 'good' ? null : 'unauthorized: incorrect password');
  expect(await registriesCheck(['good', 'bad'], tryLogin).look(KNOWN, signal)).toEqual([
    { result: 'ok', text: 'good lets the device in' },
    {
      result: 'error',
      text: 'bad does not let the device in: unauthorized: incorrect password; see [registries."bad"]',
    },
  ]);
});

test('with no engine nobody can be asked, which is told of the engine', async () => {
  const tryLogin = () =>
    Promise.reject(new EngineUnavailable('it is away', { cause: null, hint: 'start it' }));
  expect(await registriesCheck(['r'], tryLogin).look(KNOWN, signal)).toEqual([
    { result: 'unknown', text: 'r was not asked, as the engine is away' },
  ]);
});
