// What only one can have goes from one service to another in an update and back in its rollback: nobody starts before
// it is free, and nobody waits for ever.
import { describe, expect, it } from 'vitest';
import { instancesOf } from '../../../../agent/model/instance.ts';
import { isPlaceTaken } from '../../../../agent/reconcile/running/places.ts';
import { planInWords } from '../plan-in-words.ts';
import { containerOf, Model, present, type Services } from '../situations.ts';

const port = (published: string, rest: object = {}) => ({ ports: [{ target: 80, published, ...rest }] });
const camera = { devices: [{ source: '/dev/video0' }] };

/** Every step from revision 1, which runs, to the rest; where it is bad revision 2 never stays up. */
function plan(before: Services, after: Services, isBad = false): string[] {
  const [one, two] = [present(1, before), present(2, after)];
  const record = { phase: 'converged' as const, proven: { revision: 1, hash: one.hash } };
  const model = new Model({ containers: Object.keys(before).map((name) => containerOf(one, name)) });
  model.record = { ...model.record, ...record };
  if (isBad) model.isGood = ({ revision }) => revision !== 2;
  return planInWords({ model, desired: two, revisions: [one, two] }).map((line) => line.trim());
}

describe('a port', () => {
  it('that moves to another service is waited for', () => {
    expect(plan({ web: port('80') }, { web: {}, front: { ...port('80'), restart: 'no' } })).toEqual([
      'switching',
      ...['create web r2', '& create front r2', 'stop web r1', 'start web r2', '& start front r2'],
      ...['proving', 'converged', 'remove web r1'],
    ]);
  });

  it('of a service that is dropped is waited for', () => {
    const steps = plan({ web: port('80') }, { front: port('80') });
    expect(steps.indexOf('start front r2')).toBeGreaterThan(
      steps.findIndex((step) => /stop web r1/.test(step)),
    );
    expect(steps.at(-1)).toBe('remove web r1');
  });

  it('that is swapped with another service’s goes both ways', () => {
    const steps = plan({ a: port('80'), b: port('81') }, { a: port('81'), b: port('80') });
    expect(steps).toEqual([
      'switching',
      ...['create a r2', '& create b r2', 'stop a r1', '& stop b r1', 'start a r2', '& start b r2'],
      ...['proving', 'converged', 'remove a r1', '& remove b r1'],
    ]);
  });

  it('that moved goes back in a rollback, before the one that needs it starts', () => {
    const steps = plan({ a: port('80'), b: port('81') }, { a: port('81'), b: port('80') }, true);
    expect(steps).toContain('rolled_back');
    expect(steps.filter((step) => /port_taken/.test(step))).toEqual([]);
    expect(steps.filter((step) => /start [ab] r1/.test(step))).toHaveLength(2);
  });

  it('is waited for though the one that holds it depends on the one that waits', () => {
    const front = { condition: 'service_healthy' };
    const steps = plan({ web: port('80') }, { web: { depends_on: { front } }, front: port('80') });
    expect(steps.filter((step) => /^(& )?(stop|start)/.test(step))).toEqual([
      'stop web r1',
      'start front r2',
      'start web r2',
    ]);
  });
});

describe('what is held', () => {
  const lan = { networks: { lan: { ipam: { config: [{ subnet: '10.0.0.0/24' }] } } } };
  const address = (last: number) => ({ networks: { lan: { ipv4_address: `10.0.0.${last}` } } });
  const holder = (keys: object) => containerOf(present(1, { old: keys }, lan), 'old');
  const spec = (keys: object) => instancesOf(present(2, { new: keys }, lan).document.services)[0]!;
  const cases: readonly (readonly [string, object, object, boolean])[] = [
    ['the same port', port('80'), port('80'), true],
    ['another port', port('80'), port('81'), false],
    ['the same port of another protocol', port('80'), port('80', { protocol: 'udp' }), false],
    ['one address and all', port('80', { host_ip: '127.0.0.1' }), port('80'), true],
    ['all of a kind', port('80', { host_ip: '0.0.0.0' }), port('80', { host_ip: '127.0.0.1' }), true],
    ['two addresses', port('80', { host_ip: '127.0.0.1' }), port('80', { host_ip: '127.0.0.2' }), false],
    ['one that the engine is to give', port('80'), { ports: [{ target: 80 }] }, false],
    ['two that the engine is to give', { ports: [{ target: 80 }] }, { ports: [{ target: 80 }] }, false],
    ['the same device', camera, camera, true],
    ['the same address', address(5), address(5), true],
    ['another address', address(5), address(6), false],
    ['another device', camera, { devices: [{ source: '/dev/video1' }] }, false],
  ];
  it.each(cases)('%s', (_name, before, after, isTaken) => {
    expect(isPlaceTaken(spec(after), [holder(before)])).toBe(isTaken);
  });

  it('is what the engine gave too', () => {
    const given = {
      ...holder({ ports: [{ target: 80 }] }),
      hostPorts: [{ hostIp: null, port: '32768/tcp' }],
    };
    expect(isPlaceTaken(spec(port('32768')), [given])).toBe(true);
  });

  it('is free once its holder has stopped', () => {
    expect(isPlaceTaken(spec(port('80')), [{ ...holder(port('80')), state: 'exited' }])).toBe(false);
  });
});
