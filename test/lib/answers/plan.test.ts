import { expect, test } from 'vitest';
import { renderPlan } from '../../../lib/answers/plan.ts';
import { widthOf } from '../../../lib/render/width.ts';
import type { PlanAnswer } from '../../../protocol/operations/plan.ts';
import { NOW } from '../../agent/cli/fixtures.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const ANSWER: PlanAnswer = {
  ...{ deployment: 'line-vision', source: 'device', revision: 8, running: 7, verdict: 'change' },
  ...{ refused: null, blocked_by: [], at: NOW.toISOString() },
  services: [
    {
      service: 'detector',
      action: 'replace',
      reason: 'image registry.example.com/detector:1.4.2 -> registry.example.com/detector:1.5.0, environment',
      image: 'registry.example.com/detector:1.5.0',
      downtime: {
        ...{ stop_up_to_ms: 10_000, last_ms: 1200, last_at: '2026-11-20T08:00:00Z' },
        text: 'its stop takes up to 10s (grace); last time 1s 200ms in all (2026-11-20T08:00:00Z)',
      },
    },
    {
      ...{ service: 'cache', action: 'update', image: 'redis:7', downtime: null },
      reason: 'in place, with no restart: memory 64.0 MiB -> 128.0 MiB',
    },
    { service: 'db', action: 'keep', image: 'db:1', downtime: null, reason: 'nothing changes' },
  ],
  resources: [{ path: 'networks.back', action: 'create' }],
  fetch: {
    bytes: 12 * MIB,
    images: [
      {
        reference: 'registry.example.com/detector:1.5.0',
        bytes: 12 * MIB,
        layers: { total: 6, missing: 2 },
        note: null,
      },
    ],
  },
  disk: {
    path: '/var/lib/docker',
    free_bytes: 5 * GIB,
    free_after_bytes: 5 * GIB - 36 * MIB,
    reserve_bytes: 512 * MIB,
  },
  notes: ['revision 7 is being tried now (switching); that ends with this document'],
};

function render(changes: Partial<PlanAnswer> = {}, columns: number | null = 80): string {
  return renderPlan({ ...ANSWER, ...changes }, { now: NOW, columns, hasColour: false });
}

test('at 80 columns', () => {
  expect(render()).toMatchInlineSnapshot(`
    "line-vision revision 8 would change 2 services and keep 1 (revision 7 runs now)
      detector: replace: image registry.example.com/detector:1.4.2 ->
        registry.example.com/detector:1.5.0, environment
      detector: away: its stop takes up to 10s (grace); last time 1s 200ms in all
        (2026-11-20T08:00:00Z)
      cache: update: in place, with no restart: memory 64.0 MiB -> 128.0 MiB
      db: keep: nothing changes
      networks.back: create
    fetch: 12.0 MiB
      registry.example.com/detector:1.5.0: 12.0 MiB, 2 of 6 layers
    disk: 5.0 GiB free in /var/lib/docker, about 5.0 GiB after it; 512.0 MiB are
      kept free
    note: revision 7 is being tried now (switching); that ends with this document
    "
  `);
});

test('at 40 columns', () => {
  const text = render({}, 40);
  expect(text).toMatchInlineSnapshot(`
    "line-vision revision 8 would change 2
      services and keep 1 (revision 7 runs
      now)
      detector: replace: image
        registry.example.com/detector:1.4.2
        ->
        registry.example.com/detector:1.5.0,
        environment
      detector: away: its stop takes up to
        10s (grace); last time 1s 200ms in
        all (2026-11-20T08:00:00Z)
      cache: update: in place, with no
        restart: memory 64.0 MiB -> 128.0
        MiB
      db: keep: nothing changes
      networks.back: create
    fetch: 12.0 MiB
      registry.example.com/detector:1.5.0:
        12.0 MiB, 2 of 6 layers
    disk: 5.0 GiB free in /var/lib/docker,
      about 5.0 GiB after it; 512.0 MiB are
      kept free
    note: revision 7 is being tried now
      (switching); that ends with this
      document
    "
  `);
  const words = text.split('\n').filter((line) => widthOf(line) > 40);
  // A reference has no place to be broken at.
  expect(words.every((line) => line.includes('registry.example.com/'))).toBe(true);
});

test('what is not done comes first, with why', () => {
  const message = 'waits for the update window, which opens at 2026-11-23T03:00:00.000Z';
  expect(
    render({
      ...{ verdict: 'blocked', blocked_by: [{ code: 'window', path: 'update.window', message }] },
      ...{ services: [], resources: [], notes: [] },
      fetch: {
        bytes: null,
        images: [{ reference: 'a:1', bytes: null, layers: null, note: 'a has not answered in time' }],
      },
    }),
  ).toMatchInlineSnapshot(`
    "line-vision revision 8 would not go through now: window (revision 7 runs now)
      blocked: window at update.window: waits for the update window, which opens at
        2026-11-23T03:00:00.000Z
    fetch: not known
      a:1: not known: a has not answered in time
    disk: 5.0 GiB free in /var/lib/docker, about 5.0 GiB after it; 512.0 MiB are
      kept free
    "
  `);
  expect(
    render({
      ...{ verdict: 'refused', services: [], resources: [], notes: [], fetch: { bytes: 0, images: [] } },
      refused: { code: 'stale', path: 'revision', message: '5 is older than 7, which was accepted before' },
    }),
  ).toMatchInlineSnapshot(`
    "line-vision revision 8 would be refused: stale at revision: 5 is older than 7,
      which was accepted before
    "
  `);
  const rest = { services: [], resources: [], fetch: { bytes: 0, images: [] } };
  expect(
    render({ ...rest, verdict: 'not_followed', notes: ['revision 3 of device counts on this device'] }),
  ).toMatchInlineSnapshot(`
      "line-vision revision 8 would be accepted and not followed
      note: revision 3 of device counts on this device
      "
    `);
  expect(render({ ...rest, verdict: 'nothing', notes: [] })).toMatchInlineSnapshot(`
    "line-vision revision 8: nothing to do
    "
  `);
});

test('nothing in it drives a terminal', () => {
  const note = 'a \u001b[31mred\u001b[0m note\nand a second line';
  const text = render({ notes: [note] });
  for (const bad of ['\u001b', '\nand a second']) expect(text).not.toContain(bad);
});
