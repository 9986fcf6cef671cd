import { describe, expect, test } from 'vitest';
import { Intake } from '../../../../agent/doors/mqtt/intake.ts';
import type { Documents, Refusals } from '../../../../agent/ports/store.ts';
import { openStoreAt } from '../../../../agent/store/open-store.ts';
import type { NewEvent } from '../../../../protocol/reports/events.ts';
import { deployment, inherit } from '../../../fakes/deployments.ts';
import { DiskPlace } from '../../../fakes/disk/files-on-disk.ts';
import { SimulatedDisk } from '../../../fakes/disk/simulated-disk.ts';
import { documentsInto } from '../../../fakes/documents.ts';
import { silent } from '../../../fakes/silent-logger.ts';
import { VirtualClock } from '../../../fakes/virtual-clock.ts';
import { withStore } from '../../store/with-store.ts';

function makeIntake(store: Documents & Refusals) {
  const accepted: string[] = [];
  const refused: string[] = [];
  const commands: string[] = [];
  const events: NewEvent[] = [];
  const reports = {
    reportRefusal: (name: string) => void refused.push(name),
    addEvents: (added: readonly NewEvent[]) => void events.push(...added),
  };
  const loops = { follow: (name: string) => void accepted.push(name) };
  const intake = new Intake({
    store,
    clock: new VirtualClock(),
    logger: silent,
    device: 'edge-01',
    groups: ['berlin'],
    topicPrefix: 'holdfast/v1',
    next: {
      commands: { receive: (id) => commands.push(id) },
      documents: documentsInto(store, { loops, reports }),
      reports,
    },
  });
  const receive = (path: string, payload: unknown, isRetained = true): void =>
    intake.receive({
      topic: `holdfast/v1/${path}`,
      payload: Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      isRetained,
    });
  return { intake, receive, accepted, refused, commands, events };
}

const MINE = 'devices/edge-01/deployments/line';

describe('a document', () => {
  test('that is good is stored as it came, told and acted on', () =>
    withStore((store) => {
      const { receive, accepted, events } = makeIntake(store);
      const document = deployment({ revision: 3 });
      receive(MINE, document);
      const [stored] = store.acceptedRevisions('line');
      expect(stored).toMatchObject({ source: 'device', revision: 3, deployment: 'line' });
      expect(JSON.parse(store.documentBody(stored?.hash ?? '') ?? '')).toEqual(document);
      expect(accepted).toEqual(['line']);
      expect(events).toMatchObject([{ type: 'document_accepted', revision: 3, source: 'device' }]);
    }));

  test('of a group is stored as the group’s', () =>
    withStore((store) => {
      const { receive } = makeIntake(store);
      receive('groups/berlin/deployments/line', deployment({ revision: 3 }));
      receive(MINE, deployment({ revision: 1 }));
      expect(store.acceptedRevisions('line').map(({ source }) => source)).toEqual([
        'device',
        'groups/berlin',
      ]);
    }));

  test('that comes again does nothing', () =>
    withStore((store) => {
      const { receive, accepted, refused, events } = makeIntake(store);
      receive(MINE, deployment({ revision: 3 }));
      receive(MINE, deployment({ revision: 3 }));
      receive(MINE, JSON.stringify(deployment({ revision: 3 }), null, 2));
      expect([accepted.length, refused.length, events.length]).toEqual([1, 0, 1]);
    }));

  const judgements: readonly [string, unknown, string, string, number | null][] = [
    ['is older', deployment({ revision: 2 }), 'stale', 'revision', 2],
    [
      'has the same revision and other content',
      deployment({ revision: 3, services: { app: { image: 'registry.test/other:1' } } }),
      'conflict',
      'revision',
      3,
    ],
    [
      'has the same revision and content, and another date',
      deployment({ revision: 3, issued_at: '2026-11-23T00:00:00Z' }),
      'conflict',
      'revision',
      3,
    ],
    ['names another deployment', deployment({ revision: 4, name: 'other' }), 'wrong_name', 'name', 4],
    ['has an unknown key', deployment({ revision: 4, colour: 'red' }), 'invalid', 'colour', 4],
    [
      'has a wrong image',
      deployment({ revision: 4, services: { app: { image: 'NO IMAGE' } } }),
      'invalid',
      'services.app.image',
      4,
    ],
    [
      'has a revision that is no number',
      deployment({ revision: 4, schema: 'other' }),
      'invalid',
      'schema',
      4,
    ],
    ['is no object', '[]', 'invalid', 'state', null],
    ['is no JSON', '{"name":', 'not_json', '', null],
    ['is too large', ' '.repeat(61 * 1024), 'too_large', '', null],
  ];
  test.for(judgements)('that %s is refused whole', ([, payload, code, path, revision]) =>
    withStore((store) => {
      const { receive, accepted, refused, events } = makeIntake(store);
      receive(MINE, deployment({ revision: 3 }));
      const before = store.acceptedRevisions('line');
      receive(MINE, payload);
      expect(store.readRefusal('line')).toMatchObject({ code, path, revision });
      expect(store.readRefusal('line')?.message).not.toBe('');
      expect(store.acceptedRevisions('line')).toEqual(before);
      expect([accepted, refused]).toEqual([['line'], ['line']]);
      expect(events[1]).toMatchObject({ type: 'document_refused', deployment: 'line', code });
    }),
  );

  test('that ends one is taken from the device’s topic, and refused from a group’s', () =>
    withStore((store) => {
      const { receive, accepted } = makeIntake(store);
      receive('groups/berlin/deployments/line', inherit(1));
      expect(store.readRefusal('line')).toMatchObject({ code: 'invalid', path: 'state', revision: 1 });
      expect(store.acceptedRevisions('line')).toEqual([]);
      receive(MINE, inherit(1));
      expect(accepted).toEqual(['line']);
      expect(store.acceptedRevisions('line')).toMatchObject([{ source: 'device', revision: 1 }]);
    }));

  test('that is no UTF-8 is refused', () =>
    withStore((store) => {
      const { intake } = makeIntake(store);
      intake.receive({ topic: `holdfast/v1/${MINE}`, payload: Buffer.from([0xff, 0xfe]), isRetained: true });
      expect(store.readRefusal('line')?.code).toBe('not_utf8');
    }));

  test('that is refused again for the same is not told again, as every connect brings it', () =>
    withStore((store) => {
      const { receive, refused, events } = makeIntake(store);
      receive(MINE, deployment({ revision: 3 }));
      receive(MINE, deployment({ revision: 2 }));
      receive(MINE, deployment({ revision: 2 }));
      expect([refused.length, events.length]).toEqual([1, 2]);
      receive(MINE, deployment({ revision: 1 }));
      expect(refused.length).toBe(2);
    }));

  test('that the broker keeps is told once, though all come again and again; one that is sent, each time', () => {
    const disk = new SimulatedDisk();
    const store = openStoreAt(new DiskPlace(disk));
    const { receive, refused, events } = makeIntake(store);
    const kept = [
      [MINE, deployment({ revision: 3 })],
      ['groups/berlin/deployments/line', deployment({ revision: 3, colour: 'red' })],
      [MINE, deployment({ revision: 2 })],
      ['devices/edge-01/deployments/Not A Name', {}],
    ] as const;
    for (const [path, payload] of kept) receive(path, payload);
    const { writes } = disk.counts;
    for (let reading = 0; reading < 3; reading += 1)
      for (const [path, payload] of kept) receive(path, payload);
    expect([refused.length, events.length, disk.counts.writes]).toEqual([2, 4, writes]);
    for (const [path, payload] of kept) receive(path, payload, false);
    expect([refused.length, events.length]).toEqual([4, 7]);
  });

  test('that is refused, then replaced, then sent as it was is told anew', () =>
    withStore((store) => {
      const { receive, events } = makeIntake(store);
      for (const revision of [3, 2, 4, 2]) receive(MINE, deployment({ revision }));
      expect(events.map((event) => ('code' in event ? event.code : undefined))).toEqual([
        undefined,
        'stale',
        undefined,
        'stale',
      ]);
    }));

  test('that is good takes the refusal away', () =>
    withStore((store) => {
      const { receive } = makeIntake(store);
      receive(MINE, '{');
      receive(MINE, deployment({ revision: 1 }));
      expect(store.readRefusal('line')).toBeNull();
    }));

  test('that is empty changes nothing and is told', () =>
    withStore((store) => {
      const { receive, accepted, refused, events } = makeIntake(store);
      receive(MINE, deployment({ revision: 3 }));
      receive(MINE, '');
      expect([accepted.length, refused.length]).toEqual([1, 0]);
      expect(store.acceptedRevisions('line')).toHaveLength(1);
      expect(events[1]).toMatchObject({ type: 'document_cleared', deployment: 'line' });
    }));

  test('whose topic has no deployment name is told by an event alone', () =>
    withStore((store) => {
      const { receive, refused, events } = makeIntake(store);
      receive('devices/edge-01/deployments/Not A Name', deployment({ revision: 1 }));
      expect(refused).toEqual([]);
      expect(events).toMatchObject([{ type: 'document_refused', code: 'bad_name' }]);
    }));

  test.for([
    'devices/edge-02/deployments/line',
    'groups/paris/deployments/line',
    'devices/edge-01/status/line',
  ])('on %s is not ours', (path) =>
    withStore((store) => {
      const { receive, accepted, refused, events } = makeIntake(store);
      receive(path, deployment({ revision: 1 }));
      expect([accepted, refused, events]).toEqual([[], [], []]);
      expect(store.deploymentNames()).toEqual([]);
    }),
  );
});

test('a command for this device is handed on, one for another is not', () =>
  withStore((store) => {
    const { receive, commands } = makeIntake(store);
    receive('devices/edge-01/commands/c1', {});
    receive('devices/edge-02/commands/c2', {});
    expect(commands).toEqual(['c1']);
  }));

test.for(['acceptDocument', 'writeRefusal'] as const)(
  'a message does not count as taken when %s throws',
  (method) =>
    withStore((store) => {
      const full = new Proxy(store, {
        get: (target, name) => {
          if (name === method)
            return () => {
              throw new Error('database or disk is full');
            };
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const { receive, accepted, refused, events } = makeIntake(full);
      const payload = method === 'acceptDocument' ? deployment({ revision: 1 }) : '{';
      expect(() => receive(MINE, payload)).toThrow('disk is full');
      expect([accepted, refused, events]).toEqual([[], [], []]);
      const again = makeIntake(store);
      again.receive(MINE, payload);
      expect([...again.accepted, ...again.refused]).toEqual(['line']);
    }),
);
