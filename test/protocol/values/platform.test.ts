import { expect, test } from 'vitest';
import {
  formatPlatform,
  type Platform,
  parsePlatform,
  platformOf,
  servesPlatform,
} from '../../../protocol/values/platform.ts';

function platform(text: string): Platform {
  const parsed = parsePlatform(text);
  if (parsed === null) throw new Error(`no platform: ${text}`);
  return parsed;
}

test.each(['windows/amd64', 'linux', 'linux/', ''])('%j is none', (text) => {
  expect(parsePlatform(text)).toBeNull();
});

test.each(['linux/amd64', 'linux/arm/v7'])('%s is read and written back', (text) => {
  expect(formatPlatform(platform(text))).toBe(text);
});

test('the device is meant where a service names none', () => {
  expect(formatPlatform(platformOf(null, 'arm64'))).toBe('linux/arm64');
  expect(formatPlatform(platformOf(platform('linux/amd64'), 'arm64'))).toBe('linux/amd64');
});

test.each([
  ['linux/arm64', 'linux/arm64', true],
  ['linux/arm64/v8', 'linux/arm64', true],
  ['linux/arm', 'linux/arm/v7', true],
  ['linux/arm/v6', 'linux/arm/v7', true],
  ['linux/arm/v7', 'linux/arm/v6', false],
  ['linux/arm64', 'linux/arm/v7', false],
  ['linux/arm', 'linux/arm64', false],
])('an image for %s where %s is wanted: %s', (image, wanted, serves) => {
  expect(servesPlatform(platform(image), platform(wanted))).toBe(serves);
});
