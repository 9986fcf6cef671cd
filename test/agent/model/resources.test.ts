// Which of the engine's networks and volumes a document means, and where one is not as asked.
import { describe, expect, it } from 'vitest';
import type { DesiredPresent } from '../../../agent/model/desired-deployment.ts';
import type { NetworkFacts, VolumeFacts } from '../../../agent/model/observed.ts';
import { differences } from '../../../agent/model/resources.ts';
import { present } from '../reconcile/situations.ts';

const IPAM = { config: [{ subnet: '10.0.0.0/24' }] };

function documentWith(rest: object) {
  return present(1, { app: {} }, rest).document;
}

function networkIn({ networks }: DesiredPresent, wanted: string) {
  return networks.find(({ name }) => name === wanted);
}

describe('the key of a network', () => {
  const keyWith = (keys: object) => networkIn(documentWith({ networks: { lan: keys } }), 'lan')?.key;

  it('is its name, as older agents had it, where nothing special is asked', () => {
    expect([keyWith({}), keyWith({ internal: false })]).toEqual(['lan', 'lan']);
    expect(networkIn(documentWith({}), 'default')?.key).toBe('default');
  });

  it('is another one with each other setting', () => {
    const keys = [
      keyWith({ internal: true }),
      keyWith({ ipam: IPAM }),
      keyWith({ ipam: IPAM, internal: true }),
    ];
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(/^lan-[0-9a-f]{8}$/);
  });

  it("is the device's name where it is shared, whatever it is called and asks", () => {
    expect(keyWith({ shared: 'proxy', internal: true })).toBe('shared/proxy');
    const volumes = { files: { shared: 'media' } };
    expect(documentWith({ volumes }).volumes.map(({ key }) => key)).toEqual(['shared/media']);
  });
});

describe('a difference is told', () => {
  const net = (facts: Partial<NetworkFacts>) =>
    new Map([['shared/proxy', { isInternal: false, subnets: ['10.0.0.0/24'], ...facts }]]);
  const vol = (key: string, options: VolumeFacts['options']) => new Map([[key, { options }]]);
  const NONE = new Map<string, never>();
  const network = (keys: object) => ({ networks: { web: { shared: 'proxy', ...keys } } });
  const volume = (keys: object) => ({ volumes: { data: keys } });
  const nfs = { driver_opts: { type: 'nfs', device: ':/a' } };

  it.each<[string, object, ReadonlyMap<string, NetworkFacts>, ReadonlyMap<string, VolumeFacts>, string[]]>([
    ['not where nothing is asked of a shared network', network({}), net({ isInternal: true }), NONE, []],
    ['not where it is as asked', network({ internal: false, ipam: IPAM }), net({}), NONE, []],
    ['of its reach', network({ internal: true }), net({}), NONE, ['network_differs networks.web']],
    ['of its subnet', network({ ipam: IPAM }), net({ subnets: [] }), NONE, ['network_differs networks.web']],
    ['not of one that is not there', network({ internal: true }), NONE, NONE, []],
    ['not of a volume as asked', volume(nfs), NONE, vol('data', { type: 'nfs', device: ':/a' }), []],
    ['not of what an engine shows besides', volume({}), NONE, vol('data', { UID: '0' }), []],
    [
      'of options that are asked no more',
      volume({}),
      NONE,
      vol('data', nfs.driver_opts),
      ['volume_differs volumes.data'],
    ],
    ['of options that are asked now', volume(nfs), NONE, vol('data', {}), ['volume_differs volumes.data']],
    [
      'not where nothing is asked of a shared volume',
      volume({ shared: 'm' }),
      NONE,
      vol('shared/m', nfs.driver_opts),
      [],
    ],
    [
      'of a shared volume',
      volume({ shared: 'm', ...nfs }),
      NONE,
      vol('shared/m', {}),
      ['volume_differs volumes.data'],
    ],
  ])('%s', (_what, rest, networks, volumes, told) => {
    const found = differences(documentWith(rest), ['shared/proxy'], { networks, volumes });
    expect(found.map(({ code, path }) => `${code} ${path}`)).toEqual(told);
  });
});
