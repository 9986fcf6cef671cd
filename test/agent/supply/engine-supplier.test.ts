import { expect, test } from 'vitest';
import type { Want } from '../../../agent/model/want.ts';
import type { EnginePullOptions } from '../../../agent/ports/engine.ts';
import type { PullOptions } from '../../../agent/ports/supplier.ts';
import { engineSupplier } from '../../../agent/supply/engine-supplier.ts';

test('the engine is asked for the reference, for the platform that is wanted and as this device', async () => {
  const asked: [string, EnginePullOptions][] = [];
  const outcome = { ok: false, code: 'pull_failed', message: 'odd', isTransient: true } as const;
  const engine = {
    pullImage: async (reference: string, options: EnginePullOptions) => {
      asked.push([reference, options]);
      return outcome;
    },
  };
  const want: Want = {
    kind: 'image',
    reference: 'registry.test/a:1',
    platform: { architecture: 'arm', variant: 'v7' },
    freshFor: null,
  };
  const options: PullOptions = { onProgress: () => undefined, signal: new AbortController().signal };
  expect(await engineSupplier(engine, 'arm64').pull(want, options)).toBe(outcome);
  expect(asked).toEqual([
    [want.reference, { architecture: 'arm64', platform: { architecture: 'arm', variant: 'v7' }, ...options }],
  ]);
});
