import { describe, expect, test } from 'vitest';
import { countSubnets, DEFAULT_POOLS, overlaps } from '../../../agent/docker/address-pools.ts';

describe('the pools that an engine has by itself', () => {
  test('are 31 subnets', () => {
    expect(countSubnets(DEFAULT_POOLS, [])).toEqual({ left: 31, total: 31 });
  });

  test('each network takes one, and one of another range takes none', () => {
    const taken = ['172.17.0.0/16', '172.18.0.0/16', '192.168.16.0/20', '10.1.0.0/24'];
    expect(countSubnets(DEFAULT_POOLS, taken)).toEqual({ left: 28, total: 31 });
  });

  test('a network that spans several takes them all', () => {
    expect(countSubnets(DEFAULT_POOLS, ['192.168.0.0/16']).left).toBe(15);
    expect(countSubnets(DEFAULT_POOLS, ['172.16.0.0/12']).left).toBe(16);
  });
});

describe('pools of daemon.json', () => {
  const pools = [{ Base: '10.10.0.0/22', Size: 24 }];

  test.each<[string[], number]>([
    [[], 4],
    [['10.10.1.0/24'], 3],
    // Two small ones within one subnet take that one.
    [['10.10.1.0/28', '10.10.1.64/28'], 3],
    [['10.10.1.0/28', '10.10.2.0/23'], 1],
    [['10.0.0.0/8'], 0],
    [['fd00::/64', '', 'nonsense'], 4],
  ])('with %j taken', (taken, left) => {
    expect(countSubnets(pools, taken)).toEqual({ left, total: 4 });
  });

  test('those of IPv6 are not counted', () => {
    const both = [...pools, { Base: 'fd00:1::/48', Size: 64 }];
    expect(countSubnets(both, [])).toEqual({ left: 4, total: 4 });
  });
});

test.each([
  ['10.1.0.0/24', '10.1.0.128/25', true],
  ['10.1.0.0/24', '10.0.0.0/8', true],
  ['10.1.0.0/24', '10.1.1.0/24', false],
  ['10.1.0.0/24', 'fd00::/64', false],
])('%s and %s overlap: %s', (one, other, isSo) => {
  expect(overlaps(one, other)).toBe(isSo);
});
