import { expect, test } from 'vitest';
import { pinAnswer, pinText } from './pinned.ts';

test('what differs from run to run is the same afterwards', () => {
  const places = { '127.0.0.1:41234': 'registry.example.com' };
  const seen = (at: string, times: number, chance: string): string =>
    `${at}: /press7-web-${chance}-0a1b2c3d has failed ${times} times within ${times}m 2s, ${times} restarts`;
  const one = pinText(`${seen('2026-11-29T01:36:25.123Z', 4, '03be13cb')} 127.0.0.1:41234/x`, places);
  const other = pinText(`${seen('2027-01-02T23:59:59Z', 17, 'ffffffff')} 127.0.0.1:41234/x`, places);
  expect(other).toBe(one);
  expect(one).toContain('registry.example.com/x');
});

test('all else stays as it was', () => {
  const text = 'camera: its probe fails: no answer from port 8080 within 1000 ms (unhealthy), revision 2';
  expect(pinText(text, {})).toBe(text);
  const answer = { phase: 'degraded', revision: 3, limits: { memory_bytes: 64 * 1024 ** 2, cpus: 0.5 } };
  expect(pinAnswer({ services: [answer] }, {})).toEqual({ services: [answer] });
});

test('of an answer only what is measured is replaced', () => {
  const measured = { usage: { web: { web: { cpu_percent: 3.7, memory_bytes: 11_534_337 } } }, restarts: 9 };
  expect(pinAnswer(measured, {})).toEqual({
    usage: { web: { web: { cpu_percent: 2, memory_bytes: 11 * 1024 ** 2 } } },
    restarts: 3,
  });
  expect(pinAnswer({ restarts: 0 }, {})).toEqual({ restarts: 0 });
});
