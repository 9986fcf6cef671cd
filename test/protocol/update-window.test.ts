import { describe, expect, it } from 'vitest';
import { checkUpdateWindow, windowStateAt } from '../../protocol/update-window.ts';

const nightly = { cron: '0 2 * * *', zone: 'Europe/Berlin', length: '2h' };

describe('an update window', () => {
  const moments: [string, string, boolean][] = [
    ['is closed a minute before it opens', '2026-11-23T00:59:00Z', false],
    ['is open the moment it opens', '2026-11-23T01:00:00Z', true],
    ['is open within its length', '2026-11-23T02:59:59Z', true],
    ['is closed when its length is over', '2026-11-23T03:00:00Z', false],
    ['follows summer time', '2026-07-01T00:00:00Z', true],
  ];
  it.each(moments)('%s', (_name, at, isOpen) => {
    expect(windowStateAt(nightly, new Date(at)).isOpen).toBe(isOpen);
  });

  it('says when it opens next, and when it closes', () => {
    expect(windowStateAt(nightly, new Date('2026-11-23T12:00:00Z'))).toEqual({
      isOpen: false,
      opensAt: new Date('2026-11-24T01:00:00Z'),
    });
    expect(windowStateAt(nightly, new Date('2026-11-23T01:30:00Z'))).toEqual({
      isOpen: true,
      closesAt: new Date('2026-11-23T03:00:00Z'),
    });
  });

  it('that makes no sense is told by its field', () => {
    expect(checkUpdateWindow(nightly)).toBeNull();
    expect(checkUpdateWindow({ ...nightly, zone: 'Mars/Olympus' })?.field).toBe('zone');
    expect(checkUpdateWindow({ ...nightly, cron: '0 2 * *' })?.field).toBe('cron');
    expect(checkUpdateWindow({ ...nightly, cron: '61 2 * * *' })?.field).toBe('cron');
    expect(checkUpdateWindow({ ...nightly, cron: '0 0 31 2 *' })?.field).toBe('cron');
  });
});
