import { expect, test } from 'vitest';
import { ExampleLine, isExampleHost } from '../../../agent/line/example-line.ts';

test.each([
  ['broker.example.com', true],
  ['example.org', true],
  ['mqtt.plant.example.net', true],
  ['myexample.com', false],
  ['example.com.plant.de', false],
  ['broker', false],
  ['127.0.0.1', false],
])('%s is reserved for examples: %s', (host, expected) => {
  expect(isExampleHost(host)).toBe(expected);
});

test('in the place of a broker that nobody has set, it says what to set where, and takes nothing', async () => {
  const broker = new ExampleLine('/etc/holdfast/holdfast.toml', '2026-11-22T10:00:00.000Z');
  broker.start();
  expect(broker.status().trouble).toEqual({
    code: 'not_configured',
    message: expect.stringContaining('/etc/holdfast/holdfast.toml'),
  });
  expect(await broker.publish()).toBe(false);
  await broker.close();
});
