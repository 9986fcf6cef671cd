import { describe, expect, test } from 'vitest';
import { Intake } from '../../../agent/doors/mqtt/intake.ts';
import { DocumentIntake } from '../../../agent/intake/document-intake.ts';
import { offerApply } from '../../../agent/operations/apply.ts';
import { type Documents, type Refusals, StoreBlocked } from '../../../agent/ports/store.ts';
import type { NewEvent } from '../../../protocol/reports/events.ts';
import { deployment, inherit } from '../../fakes/deployments.ts';
import { silent } from '../../fakes/silent-logger.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { withStore } from '../store/with-store.ts';

function fail(): never {
  throw new StoreBlocked('no_space');
}

const OTHER = { app: { image: 'registry.test/other:1' } };

function device(store: Documents & Refusals) {
  const events: NewEvent[] = [];
  const followed: string[] = [];
  const clock = new VirtualClock();
  const reports = { addEvents: (added: readonly NewEvent[]) => void events.push(...added) };
  const loops = { follow: (name: string) => void followed.push(name) };
  const documents = new DocumentIntake({ ...{ store, loops, reports }, logger: silent });
  const intake = new Intake({
    ...{ store, clock, logger: silent, device: 'edge-01', groups: ['berlin'], topicPrefix: 'h' },
    next: {
      commands: { receive: () => undefined },
      documents,
      reports: { ...reports, reportRefusal: () => undefined },
    },
  });
  const notices = {
    publish: (notice: { kind: string; event?: NewEvent }) =>
      void events.push(...(notice.event === undefined ? [] : [notice.event])),
  };
  const { ask } = offerApply({ documents, store, clock, notices, groups: ['berlin'] });
  return {
    events,
    followed,
    apply: (value: unknown) =>
      ask(
        { document: typeof value === 'string' ? value : JSON.stringify(value) },
        new AbortController().signal,
      ),
    publish: (to: string, value: unknown) =>
      intake.receive({
        topic: `h/${to}/deployments/line`,
        payload: Buffer.from(JSON.stringify(value)),
        isRetained: true,
      }),
  };
}

function withoutRevision({ revision: _, ...content }: ReturnType<typeof deployment>): object {
  return content;
}

describe('a document from a file', () => {
  test('is the device’s own: stored, followed, and told as local', () =>
    withStore(async (store) => {
      const { apply, events, followed } = device(store);
      expect(await apply(deployment({ revision: 3 }))).toMatchObject({
        kind: 'accepted',
        answer: { deployment: 'line', revision: 3, is_new: true, replaces: null, hides: null },
      });
      expect(store.acceptedRevisions('line')).toMatchObject([
        { source: 'device', revision: 3, origin: 'local' },
      ]);
      expect(followed).toEqual(['line']);
      expect(events).toMatchObject([
        { type: 'document_accepted', origin: 'local', source: 'device', revision: 3 },
      ]);
    }));

  test('with no revision has the next one; the same again changes nothing', () =>
    withStore(async (store) => {
      const { apply, publish, followed } = device(store);
      publish('devices/edge-01', deployment({ revision: 7 }));
      const content = withoutRevision(deployment({ revision: 1, services: OTHER }));
      const replaces = { revision: 7, origin: 'fleet' };
      expect(await apply(content)).toMatchObject({ answer: { revision: 8, is_new: true, replaces } });
      expect(await apply(content)).toMatchObject({ answer: { revision: 8, is_new: false, replaces: null } });
      expect(followed).toEqual(['line', 'line']);
    }));

  test('beats the group’s, and says so; one that says inherit ends it', () =>
    withStore(async (store) => {
      const { apply, publish } = device(store);
      publish('groups/berlin', deployment({ revision: 12 }));
      expect(await apply(deployment({ revision: 1, services: OTHER }))).toMatchObject({
        answer: { revision: 1, hides: 'groups/berlin' },
      });
      expect(await apply({ ...inherit(1), revision: undefined })).toMatchObject({
        answer: { revision: 2, is_new: true },
      });
    }));

  test('removes the deployment where it says absent', () =>
    withStore(async (store) => {
      const { apply, publish } = device(store);
      publish('devices/edge-01', deployment({ revision: 7 }));
      const absent = { schema: 'holdfast.deployment/1', name: 'line', state: 'absent' };
      expect(await apply(absent)).toMatchObject({ answer: { revision: 8 } });
      expect(
        JSON.parse(store.documentBody(store.acceptedRevisions('line')[0]?.hash ?? '') ?? ''),
      ).toMatchObject({
        state: 'absent',
      });
    }));
});

describe('beside the fleet', () => {
  test('the fleet’s newer document wins, and an older file is refused', () =>
    withStore(async (store) => {
      const { apply, publish, events } = device(store);
      await apply(deployment({ revision: 3 }));
      publish('devices/edge-01', deployment({ revision: 4, services: OTHER }));
      const [now] = store.acceptedRevisions('line');
      expect(now).toMatchObject({ revision: 4 });
      expect(now).not.toHaveProperty('origin');
      expect(await apply(deployment({ revision: 3 }))).toEqual({
        kind: 'refused',
        code: 'stale',
        message: 'refused: revision: 3 is older than 4, which was accepted before',
      });
      expect(await apply(deployment({ revision: 4 }))).toMatchObject({ kind: 'refused', code: 'conflict' });
      expect(events.slice(-2)).toMatchObject([
        { type: 'document_refused', origin: 'local', code: 'stale', revision: 3, deployment: 'line' },
        { type: 'document_refused', origin: 'local', code: 'conflict', revision: 4 },
      ]);
    }));

  test('what the fleet was refused stays in the status, whatever a file is refused for', () =>
    withStore(async (store) => {
      const { apply, publish } = device(store);
      await apply(deployment({ revision: 3 }));
      publish('devices/edge-01', deployment({ revision: 2 }));
      const told = store.readRefusal('line');
      expect(told).toMatchObject({
        code: 'stale',
        message: '2 is older than 3, which was accepted before from a file on the device',
      });
      expect(await apply(deployment({ revision: 1 }))).toMatchObject({ code: 'stale' });
      expect(store.readRefusal('line')).toEqual(told);
    }));

  test('a revision that a file took is a conflict for the fleet', () =>
    withStore(async (store) => {
      const { apply, publish } = device(store);
      await apply(deployment({ revision: 3 }));
      publish('devices/edge-01', deployment({ revision: 3, services: OTHER }));
      expect(store.readRefusal('line')).toMatchObject({
        code: 'conflict',
        message: '3 was accepted before from a file on the device with other content; raise the revision',
      });
    }));
});

describe('is refused whole, with code and path, and nothing changes:', () => {
  const wrong: readonly [string, unknown, string, RegExp][] = [
    ['no JSON', '{', 'not_json', /./],
    ['no object', '[]', 'invalid', /./],
    ['no name', '{"schema": "holdfast.deployment/1"}', 'invalid', /state: required/],
    ['an unknown key', deployment({ revision: 9, colour: 'red' }), 'invalid', /^refused: colour: /],
    [
      'a wrong image',
      deployment({ revision: 9, services: { app: { image: 'NO' } } }),
      'invalid',
      /^refused: services.app.image: /,
    ],
    ['too large', ' '.repeat(61 * 1024), 'too_large', /./],
  ];
  test.each(wrong)('%s', (_, value, code, message) =>
    withStore(async (store) => {
      const { apply, followed, events } = device(store);
      expect(await apply(value)).toEqual({ kind: 'refused', code, message: expect.stringMatching(message) });
      expect([store.deploymentNames(), followed]).toEqual([[], []]);
      expect(events).toMatchObject([{ type: 'document_refused', origin: 'local', code }]);
    }),
  );

  test('a disk that takes nothing', () =>
    withStore(async (store) => {
      const { apply, followed } = device(
        new Proxy(store, {
          get: (real, key) => (key === 'acceptDocument' ? fail : Reflect.get(real, key).bind(real)),
        }),
      );
      expect(await apply(deployment({ revision: 1 }))).toMatchObject({ kind: 'failed', code: 'no_space' });
      expect(followed).toEqual([]);
    }));
});
