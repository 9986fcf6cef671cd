// Keys of instances: the first has always to be the service's bare name, as labels have it.
import { expect, test } from 'vitest';
import { instanceOf } from '../../../agent/model/instance.ts';

test('a key names one instance of a service', () => {
  expect(instanceOf('web')).toEqual({ service: 'web', index: 0 });
  expect(instanceOf('web.1#12')).toEqual({ service: 'web.1', index: 12 });
});

test.each(['', '#', 'web#', 'web#0', 'web#01', 'web#-1', 'web#1.5', 'web#one', 'web#1 ', 'web#9999999999'])(
  'what is no key counts as the name of a service: "%s"',
  (text) => {
    expect(instanceOf(text)).toEqual({ service: text, index: 0 });
  },
);
