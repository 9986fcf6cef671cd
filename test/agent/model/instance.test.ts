// Keys of instances: they are stored, so the first has always to be the service's bare name.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstOf, instanceOf, instancesOf, keyOf } from '../../../agent/model/instance.ts';
import { SERVICE_PATTERN } from '../../../protocol/values/names.ts';
import { present } from '../reconcile/situations.ts';

const service = fc
  .stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/)
  .filter((name) => SERVICE_PATTERN.test(name));
const instance = fc.record({ service, index: fc.integer({ min: 0, max: 999_999_999 }) });

test('the first instance of a service is named as the service', () => {
  fc.assert(fc.property(service, (name) => keyOf(firstOf(name)) === name));
});

test('a key names one instance, and no further instance has the name of a service', () => {
  fc.assert(
    fc.property(instance, (one) => {
      expect(instanceOf(keyOf(one))).toEqual(one);
      expect(SERVICE_PATTERN.test(keyOf(one))).toBe(one.index === 0);
    }),
  );
});

test.each(['', '#', 'web#', 'web#0', 'web#01', 'web#-1', 'web#1.5', 'web#one', 'web#1 ', 'web#9999999999'])(
  'what is no key counts as the name of a service: "%s"',
  (text) => {
    expect(instanceOf(text)).toEqual({ service: text, index: 0 });
    expect(keyOf(instanceOf(text))).toBe(text);
  },
);

test('each service has one instance so far', () => {
  const { services } = present(1, { web: {}, db: {} }).document;
  expect(instancesOf(services).map(({ instance: { service, index } }) => [service, index])).toEqual([
    ['web', 0],
    ['db', 0],
  ]);
});
