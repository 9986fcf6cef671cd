// `pull_policy`: what is pulled when, and which container carries a revision after its tag has moved.
import { describe, expect, test } from 'vitest';
import type { DesiredPresent } from '../../../../agent/model/desired-deployment.ts';
import type { ImageStanding } from '../../../../agent/model/observed.ts';
import { EMPTY_RECORD } from '../../../../agent/model/record.ts';
import type { Revision } from '../../../../agent/model/revision.ts';
import { wantKey } from '../../../../agent/model/want.ts';
import { containerOf, inWords, Model, present } from '../situations.ts';

const IMAGE = 'web:moving';
const OLD = 'sha256:1';
const NEW = 'sha256:2';
const ALWAYS = { web: { image: IMAGE, pull_policy: 'always' } };
const MISSING: ImageStanding = { kind: 'missing' };
const AWAY: ImageStanding = {
  kind: 'failed',
  code: 'registry_unreachable',
  message: 'no route',
  hint: undefined,
  isTransient: true,
  retryAtMs: 0,
  nextTryAt: null,
};

const first = present(1, ALWAYS);
const second = present(2, ALWAYS);
const both = [first, second];

/** Where the fresh pull for a revision stands; the image is here all the while. */
function fresh(revision: Revision<DesiredPresent>, standing: ImageStanding) {
  return {
    [wantKey({ kind: 'image', reference: IMAGE, platform: null, freshFor: revision.hash })]: standing,
  };
}

const pulled = (revision: Revision<DesiredPresent>, imageId: string) =>
  fresh(revision, { kind: 'present', imageId });

/** Revision 1 is proven and runs from the old image. */
function running(): Model {
  return new Model({
    containers: [containerOf(first, 'web', { imageId: OLD })],
    record: {
      ...EMPTY_RECORD,
      phase: 'converged',
      proven: { revision: first.revision, hash: first.hash },
    },
  });
}

function roundsTo(model: Model, phase: string, images = {}): string[] {
  const words: string[] = [];
  for (let round = 0; round < 40; round += 1) {
    words.push(...inWords(model.round(second, both, images).steps));
    if (model.record.phase === phase && model.record.attempt === null) break;
  }
  expect(model.record.phase).toBe(phase);
  return words;
}

describe('always', () => {
  test('pulls before the switch to a revision though the image is here, and keeps the old one running', () => {
    const model = running();
    const decision = model.round(second, both, fresh(second, MISSING));
    expect(decision.wants).toEqual([
      { kind: 'image', reference: IMAGE, platform: null, freshFor: second.hash },
    ]);
    expect(decision.record.phase).toBe('pulling');
    expect(decision.steps).toEqual([]);
  });

  test('waits for a registry that is away, and says so', () => {
    const model = running();
    const { record, steps } = model.round(second, both, fresh(second, AWAY));
    expect(record).toMatchObject({
      phase: 'pulling',
      reason: { code: 'registry_unreachable', path: 'services.web.image' },
    });
    expect(steps).toEqual([]);
  });

  test('leaves the container alone where the tag has not moved', () => {
    const model = running();
    expect(roundsTo(model, 'converged', pulled(second, OLD))).toEqual([]);
    expect(model.record.proven?.revision).toBe(2);
  });

  test('makes a new container where it has, and counts no failure for the one that makes way', () => {
    const model = running();
    model.imageId = NEW;
    model.round(first, both);
    const begun = model.round(second, both, pulled(second, NEW));
    expect(begun.record.attempt?.failures).toEqual({});
    const words = roundsTo(model, 'converged', pulled(second, NEW));
    expect([...inWords(begun.steps), ...words]).toEqual([
      'create_container web@2',
      'stop_container web-1',
      'start_container made-1-web',
      'remove_container web-1',
    ]);
    expect(model.record.services.web).toMatchObject({ failuresInRow: 0, restarts: 0 });
  });

  test('never again asks or changes anything once the revision is proven, whatever tag and image do', () => {
    const model = running();
    model.imageId = NEW;
    roundsTo(model, 'converged', pulled(second, NEW));
    for (const images of [fresh(second, MISSING), fresh(second, AWAY), pulled(second, 'sha256:3')]) {
      model.reboot();
      const decision = model.round(second, both, images);
      expect(decision.steps).toEqual([]);
      expect(decision.wants).toEqual([]);
    }
    expect(model.record.outdated).toBeUndefined();
  });

  test('pulls once for a revision: a restart in the middle of the switch goes on with what came', () => {
    const model = running();
    model.imageId = NEW;
    model.round(second, both, pulled(second, NEW));
    model.reboot();
    const words = roundsTo(model, 'converged', fresh(second, AWAY));
    expect(words.filter((word) => word.startsWith('create'))).toEqual([]);
    expect(model.containers.map(({ imageId }) => imageId)).toEqual([NEW]);
  });

  test('remembers over a restart what has been pulled while other images are still on their way', () => {
    const two = present(2, { ...ALWAYS, log: { image: 'log:2' } });
    const model = running();
    model.round(two, [first, two], { ...pulled(two, OLD), 'log:2': MISSING });
    model.reboot();
    const decision = model.round(two, [first, two], { ...fresh(two, AWAY), 'log:2': MISSING });
    expect(decision.wants).toEqual([{ kind: 'image', reference: 'log:2', platform: null, freshFor: null }]);
  });

  test('that fails its proof goes back to the old image from the kept container', () => {
    const model = running();
    model.imageId = NEW;
    model.isGood = ({ imageId }) => imageId === OLD;
    roundsTo(model, 'rolled_back', pulled(second, NEW));
    expect(model.upOf('web').map(({ id }) => id)).toEqual(['web-1']);
    for (let round = 0; round < 5; round += 1) model.round(second, both, fresh(second, AWAY));
    expect(model.containers.map(({ id, state }) => [id, state])).toEqual([['web-1', 'running']]);
  });

  test('with start-first keeps the newer of two that both run', () => {
    const beside = present(2, ALWAYS, { update: { strategy: 'start-first' } });
    const model = running();
    model.imageId = NEW;
    for (let round = 0; round < 20; round += 1) model.round(beside, [first, beside], pulled(beside, NEW));
    expect(model.record).toMatchObject({ phase: 'converged', proven: { revision: 2 } });
    expect(model.containers.map(({ imageId }) => imageId)).toEqual([NEW]);
  });

  test('is at peace with an image that moves on between the pull and the creation', () => {
    const model = running();
    model.imageId = 'sha256:3';
    roundsTo(model, 'converged', pulled(second, NEW));
    expect(model.containers.map(({ imageId }) => imageId)).toEqual(['sha256:3']);
  });
});

describe('never', () => {
  const third = present(3, { web: { image: 'web:loaded', pull_policy: 'never' } });

  test('fails at once where the image is not here, pulls nothing and leaves the old one running', () => {
    const model = running();
    const decision = model.round(third, [first, third], { 'web:loaded': MISSING });
    expect(decision.record).toMatchObject({
      phase: 'rolled_back',
      reason: {
        code: 'image_missing',
        path: 'services.web.image',
        hint: expect.stringMatching(/docker load/),
      },
    });
    expect(decision.wants).toEqual([]);
    expect(model.upOf('web')).toHaveLength(1);
  });

  test('goes on by itself once the image has come', () => {
    const model = running();
    model.round(third, [first, third], { 'web:loaded': MISSING });
    for (let round = 0; round < 20; round += 1) model.round(third, [first, third]);
    expect(model.record).toMatchObject({ phase: 'converged', proven: { revision: 3 } });
  });
});
