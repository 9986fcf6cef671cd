// Golden plans: situations by name, and every step that follows until the planner rests, in `plans/`. A change
// of a plan is to be read, and then taken over with `vitest -u`.
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { DesiredPresent } from '../../../agent/model/desired-deployment.ts';
import type { ObservedContainer } from '../../../agent/model/observed.ts';
import { EMPTY_RECORD } from '../../../agent/model/record.ts';
import type { Revision } from '../../../agent/model/revision.ts';
import { planInWords, type Story } from './plan-in-words.ts';
import { absent, containerOf, Model, present, type Services } from './situations.ts';

const STRATEGIES = ['stop-first', 'start-first'] as const;
type Strategy = (typeof STRATEGIES)[number];

/** Revisions of one strategy. */
function writer(strategy: Strategy) {
  return (revision: number, services: Services, rest: object = {}): Revision<DesiredPresent> =>
    present(revision, services, { ...rest, update: { strategy } });
}
type Write = ReturnType<typeof writer>;

/** A device on which that revision has proven itself. */
function runs(
  proven: Revision<DesiredPresent>,
  rest: { networks?: string[]; volumes?: string[] } = {},
): Model {
  const containers = proven.document.services
    .map(({ name }) => name)
    .map((name) => containerOf(proven, name));
  const record = {
    ...EMPTY_RECORD,
    phase: 'converged' as const,
    proven: { revision: proven.revision, hash: proven.hash },
  };
  return new Model({ containers, record, ...rest });
}

/** A model on which no container of that revision stays up. */
function failing(model: Model, revision: number): Model {
  model.isGood = (container) => container.revision !== revision;
  return model;
}

const LIMITED = { deploy: { resources: { limits: { memory: '64M' } } } };
const isJob = ({ service }: ObservedContainer): boolean => service === 'job';

/** Revision 1 runs, revision 2 is desired, revision 3 arrives after that line. */
function superseded(write: Write, after: string, change: { isBad?: boolean; last?: Revision } = {}): Story {
  const [one, two, three] = [write(1, { web: {} }), write(2, { web: {} }), write(3, { web: {} })];
  return {
    model: change.isBad === true ? failing(runs(one), 2) : runs(one),
    desired: two,
    revisions: [one, two, three],
    missing: ['web:2', 'web:3'],
    arrivals: [{ after, desired: change.last ?? three }],
  };
}

const situations: Readonly<Record<string, (write: Write) => Story>> = {
  'a first deployment with a network and a volume': (write) => {
    const one = write(1, { web: {}, db: {} }, { volumes: { data: {} } });
    return {
      model: new Model({ containers: [], networks: [] }),
      desired: one,
      revisions: [one],
      missing: ['db:1'],
    };
  },
  'a first deployment that fails, and the next that does not': (write) => {
    const [one, two] = [write(1, { web: {} }), write(2, { web: {} })];
    return {
      model: failing(new Model({ containers: [] }), 1),
      desired: one,
      revisions: [one, two],
      arrivals: [{ after: 'unproven', desired: two }],
    };
  },
  'an update of one of three services': (write) => {
    const same = { db: { image: 'db:1' }, cache: { image: 'cache:1' } };
    const [one, two] = [write(1, { web: {}, ...same }), write(2, { web: {}, ...same })];
    return { model: runs(one), desired: two, revisions: [one, two], missing: ['web:2'] };
  },
  'an update that adds one service and drops another': (write) => {
    const [one, two] = [
      write(1, { web: { image: 'web:1' }, old: {} }),
      write(2, { web: { image: 'web:1' }, new: {} }),
    ];
    return { model: runs(one), desired: two, revisions: [one, two] };
  },
  'a bad update and its rollback': (write) => {
    const same = { db: { image: 'db:1' } };
    const [one, two] = [write(1, { web: {}, ...same }), write(2, { web: {}, ...same })];
    return { model: failing(runs(one), 2), desired: two, revisions: [one, two] };
  },
  'barred content under a new revision number, then other content': (write) => {
    const [one, two, again, other] = [
      write(1, { web: { image: 'web:1' } }),
      write(2, { web: { image: 'web:bad' } }),
      write(3, { web: { image: 'web:bad' } }),
      write(4, { web: { image: 'web:4' } }),
    ];
    return {
      model: failing(runs(one), 2),
      desired: two,
      revisions: [one, two, again, other],
      arrivals: [
        { after: 'rest', desired: again },
        { after: 'rest', desired: other },
      ],
    };
  },
  'a service moved from one network to another': (write) => {
    const one = write(1, { web: { image: 'web:1' }, db: { image: 'db:1' } });
    const moved = { image: 'web:1', networks: { back: {} } };
    const two = write(
      2,
      { web: moved, db: { image: 'db:1', networks: { back: {} } } },
      { networks: { back: {} } },
    );
    return { model: runs(one), desired: two, revisions: [one, two] };
  },
  'a limit changed in place': (write) => {
    const [one, two] = [
      write(1, { web: { image: 'web:1' } }),
      write(2, { web: { image: 'web:1', ...LIMITED } }),
    ];
    return { model: runs(one), desired: two, revisions: [one, two] };
  },
  'a limit taken away, which needs a new container': (write) => {
    const [one, two] = [
      write(1, { web: { image: 'web:1', ...LIMITED } }),
      write(2, { web: { image: 'web:1' } }),
    ];
    return { model: runs(one), desired: two, revisions: [one, two] };
  },
  'services that wait for a job, for a start and for health': (write) => {
    const one = write(1, {
      job: { restart: 'no' },
      db: { depends_on: { job: { condition: 'service_completed_successfully' } } },
      web: { depends_on: { db: { condition: 'service_healthy' } } },
      log: { depends_on: { web: { condition: 'service_started' } } },
    });
    const model = new Model({ containers: [] });
    model.isJob = isJob;
    return { model, desired: one, revisions: [one] };
  },
  'an update of a service and of the one that waits for its health': (write) => {
    const services = { db: {}, web: { depends_on: { db: { condition: 'service_healthy' } } } };
    const [one, two] = [write(1, services), write(2, services)];
    return { model: runs(one), desired: two, revisions: [one, two] };
  },
  'a new revision while pulling': (write) => superseded(write, 'pull web:2'),
  'a new revision while switching, the old container still up': (write) => superseded(write, 'create web r2'),
  'a new revision while switching, the new container started': (write) => superseded(write, 'start web r2'),
  'a new revision while proving': (write) => superseded(write, 'proving'),
  'a new revision while the last log lines are read': (write) =>
    superseded(write, 'read last logs web r2', { isBad: true }),
  'a new revision while rolling back': (write) => superseded(write, 'remove web r2', { isBad: true }),
  'a removal that names one of two volumes': (write) => {
    const one = write(1, { web: {}, db: {} }, { volumes: { data: {}, logs: {} } });
    return {
      model: runs(one, { volumes: ['data', 'logs'] }),
      desired: absent(2, ['data']),
      revisions: [one],
    };
  },
  'a withdrawal while pulling': (write) => superseded(write, 'pull web:2', { last: absent(3) }),
  'a withdrawal while proving': (write) => superseded(write, 'proving', { last: absent(3) }),
  'a withdrawal while rolling back': (write) =>
    superseded(write, 'remove web r2', { isBad: true, last: absent(3) }),
  'a return after a removal': (write) => {
    const [one, three] = [write(1, { web: {} }), write(3, { web: {} })];
    return {
      model: runs(one),
      desired: absent(2),
      revisions: [one, three],
      arrivals: [{ after: 'removed', desired: three }],
    };
  },
};

const fileOf = (name: string): string => `${name.replaceAll(',', '').replaceAll(' ', '-')}.txt`;

test.for(Object.entries(situations))('%s', async ([name, tell]) => {
  const plans = STRATEGIES.map(
    (strategy) =>
      `${strategy}\n${planInWords(tell(writer(strategy)))
        .map((line) => `  ${line}\n`)
        .join('')}`,
  );
  await expect(`${name}\n\n${plans.join('\n')}`).toMatchFileSnapshot(`plans/${fileOf(name)}`);
});

test('no plan is left of a situation that is no longer told', () => {
  const files = readdirSync(new URL('plans/', import.meta.url));
  expect(files.toSorted()).toEqual(Object.keys(situations).map(fileOf).toSorted());
});
