// A restart that somebody asks for, in every place in which its service may be.
import { describe, expect, it } from 'vitest';
import { planRestarts } from '../../../agent/reconcile/restart.ts';
import { type containerOf, inWords, Model, present } from './situations.ts';

const one = present(1, { web: {}, db: {} });
const two = present(2, { web: { image: 'registry.test/web:2' }, db: {} });

/** Both run, and the revision has proven itself. */
function proven(web: Parameters<typeof containerOf>[2] = {}): Model {
  const model = new Model({ containers: [] });
  for (let round = 0; model.record.phase !== 'converged'; round += 1) {
    if (round > 100) throw new Error('it never converges');
    model.round(one, [one]);
  }
  model.containers = model.containers.map((container) =>
    container.service === 'web' ? { ...container, ...web } : container,
  );
  return model;
}

function plan(model: Model, asked: readonly (string | null)[], desired = one) {
  const { decision, left } = planRestarts(model.decide(desired, [one, two]), new Set(asked));
  const kinds = decision.steps.map((step) => `${step.kind} ${'service' in step ? step.service : ''}`.trim());
  return { kinds, words: inWords(decision.steps), left: [...left] };
}

describe('a restart that is asked for', () => {
  it('is one step for one service, and then done', () => {
    const model = proven();
    const web = model.containers.find(({ service }) => service === 'web');
    const { words, left } = plan(model, ['web']);
    expect(words).toEqual([`restart_container ${web?.id}`]);
    expect(left).toEqual([]);
  });

  it('is one step for each service of a deployment', () => {
    expect(plan(proven(), [null]).kinds).toEqual(['restart_container', 'restart_container']);
  });

  it('of one that the engine starts again and again is done too', () => {
    expect(plan(proven({ state: 'restarting' }), ['web']).kinds).toEqual(['restart_container']);
  });

  it('of one that is paused comes once that is over', () => {
    const { kinds, left } = plan(proven({ state: 'paused' }), [null]);
    expect(kinds).toEqual(['unpause_container web', 'restart_container']);
    expect(left).toEqual(['web']);
  });

  it('comes after an update that began before it', () => {
    const model = proven();
    const { kinds, left } = plan(model, ['db'], two);
    expect(model.decide(two, [one, two]).record.attempt?.stage).toBe('switching');
    expect(kinds).not.toContain('restart_container');
    expect(left).toEqual(['db']);
  });

  it('of one that is not there leaves nothing', () => {
    expect(plan(proven(), ['gone'])).toEqual({ kinds: [], words: [], left: [] });
  });
});
