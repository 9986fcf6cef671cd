import { expect, test } from 'vitest';
import { offerReport } from '../../../agent/operations/report.ts';

test('all is told anew', async () => {
  let times = 0;
  const { ask } = offerReport({
    reportAll: () => {
      times += 1;
    },
  });
  const outcome = await ask({}, new AbortController().signal);
  expect({ outcome, times }).toEqual({ outcome: { kind: 'done', answer: null }, times: 1 });
});
