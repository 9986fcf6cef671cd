// A rehearsal takes the steps that are taken then, in their order, on an engine on which all goes well.
import { describe, expect, test } from 'vitest';
import type { DesiredPresent } from '../../../../agent/model/desired-deployment.ts';
import { EMPTY_RECORD } from '../../../../agent/model/record.ts';
import type { Revision } from '../../../../agent/model/revision.ts';
import { instanceKeyOf, pathOf } from '../../../../agent/model/step-table.ts';
import type { Step } from '../../../../agent/model/steps.ts';
import { type Rehearsal, rehearse } from '../../../../agent/reconcile/rehearsal/rehearse.ts';
import { absent, containerOf, Model, present } from '../situations.ts';

const LIMITED = { deploy: { resources: { limits: { memory: '64M' } } } };
const HEALTHY = { condition: 'service_healthy' };
const START_FIRST = { update: { strategy: 'start-first' } };
const JOINED = { network_mode: 'service:web', depends_on: { web: { condition: 'service_started' } } };

const ONE = present(1, { web: {}, db: { image: 'db:1' } }, { networks: { back: {} } });

const NEXT: Readonly<Record<string, Revision>> = {
  'a change of one service': present(2, { web: {}, db: { image: 'db:1' } }),
  'a change with start-first': present(2, { web: {}, db: {} }, START_FIRST),
  'a chain of dependencies': present(2, {
    web: { depends_on: { db: HEALTHY } },
    db: { depends_on: { cache: HEALTHY } },
    cache: {},
  }),
  'one that lives in the network of another': present(2, { web: {}, side: JOINED, db: {} }),
  'other limits': present(2, { web: { image: 'web:1', ...LIMITED }, db: { image: 'db:1' } }),
  'other networks and volumes': present(
    2,
    { web: { networks: { back: {} }, volumes: [{ type: 'volume', source: 'data', target: '/data' }] } },
    { networks: { back: {} }, volumes: { data: {} } },
  ),
  'the same under another number': present(2, { web: { image: 'web:1' }, db: { image: 'db:1' } }),
  'a removal': absent(2),
};

function runningOne(): Model {
  const containers = ONE.document.services.map(({ name }) => containerOf(ONE, name));
  const proven = { revision: ONE.revision, hash: ONE.hash };
  return new Model({ containers, record: { ...EMPTY_RECORD, phase: 'converged', proven } });
}

function played(...asked: Parameters<typeof rehearse>): Rehearsal {
  const play = rehearse(...asked);
  for (;;) {
    const next = play.next();
    if (next.done === true) return next.value;
  }
}

function inWords(step: Step): string {
  const revision = 'spec' in step ? ` r${step.spec.revision}` : '';
  return `${step.kind} ${instanceKeyOf(step) ?? pathOf(step)}${revision}`;
}

function revisionsOf(desired: Revision): Revision<DesiredPresent>[] {
  const { document } = desired;
  return document.state === 'present' ? [ONE, { ...desired, document }] : [ONE];
}

/** Round by round, until nothing is left to do. */
function carriedOut(model: Model, desired: Revision): string[][] {
  const rounds: string[][] = [];
  for (let quiet = 0; quiet < 5; ) {
    const { steps } = model.round(desired, revisionsOf(desired));
    if (steps.length > 0) rounds.push(steps.map(inWords));
    quiet = steps.length > 0 ? 0 : quiet + 1;
  }
  return rounds;
}

describe('a rehearsal is what is done then', () => {
  for (const [name, desired] of Object.entries(NEXT))
    for (const [from, model] of [
      ['where revision 1 runs', runningOne],
      ['where nothing is', () => new Model({ containers: [], networks: [] })],
    ] as const)
      test(`of ${name}, ${from}`, () => {
        const [facts, record] = model().situation(desired, revisionsOf(desired));
        const { rounds, isWhole } = played(facts, record);
        expect(isWhole).toBe(true);
        expect(rounds.map(({ steps }) => steps.map(inWords))).toEqual(carriedOut(model(), desired));
      });
});

test('facts and record stay as they are', () => {
  const desired = present(2, { web: {}, db: {} });
  const [facts, record] = runningOne().situation(desired, revisionsOf(desired));
  const before = structuredClone({ observed: facts.observed, record });
  played(facts, record);
  expect({ observed: facts.observed, record }).toEqual(before);
});

test('what waits for its next try is tried in the rehearsal, and an update is not held up by it', () => {
  const model = runningOne();
  model.isGood = ({ service }) => service !== 'db';
  for (const { id } of model.containers) model.crash(id);
  for (let round = 0; round < 8; round += 1) model.round(ONE, [ONE]);
  const desired = present(2, { web: {}, db: {} });
  const [facts, record] = model.situation(desired, revisionsOf(desired));
  const { rounds, record: left } = played(facts, record);
  expect(left).toMatchObject({ phase: 'converged', proven: { revision: 2 } });
  const steps = rounds.flatMap((round) => round.steps.map(inWords));
  expect(steps).toEqual(expect.arrayContaining(['create_container db r2', 'start_container db r2']));
});
