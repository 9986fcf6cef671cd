import { expect, test } from 'vitest';
import { chooseVersion, FIRST_CHOICE, type VersionResult } from '../../../lib/mqtt/protocol-version.ts';

/** The versions tried, an exclamation mark where the try follows at once. */
function triesAfter(...verdicts: VersionResult[]): string {
  let choice = FIRST_CHOICE;
  const tries: string[] = [choice.version];
  for (const verdict of verdicts) {
    const next = chooseVersion(choice, verdict);
    choice = next.choice;
    tries.push(`${next.isAtOnce ? '!' : ''}${choice.version}`);
  }
  return tries.join(' ');
}

test.each<[name: string, verdicts: VersionResult[], tries: string]>([
  ['a broker that speaks 5 is never asked in 3.1.1', ['worked', 'silent', 'unknown', 'silent'], '5 5 5 5 5'],
  ['a broker that cannot be reached says nothing on versions', ['unknown', 'unknown', 'worked'], '5 5 5 5'],
  [
    'a refusal of 5 leads to 3.1.1 at once and for good',
    ['refused', 'worked', 'silent'],
    '5 !3.1.1 3.1.1 3.1.1',
  ],
  ['a refusal of 5 outlives an outage', ['refused', 'unknown', 'silent'], '5 !3.1.1 3.1.1 3.1.1'],
  ['a refusal of both goes back to 5, with a delay', ['refused', 'refused'], '5 !3.1.1 5'],
  [
    'a proven 3.1.1 that is refused later goes back to 5',
    ['refused', 'worked', 'refused'],
    '5 !3.1.1 3.1.1 5',
  ],
  ['silence at both was not the version', ['silent', 'silent', 'worked', 'worked'], '5 !3.1.1 5 5 5'],
  ['silence at 5 and no network after it', ['silent', 'unknown', 'worked'], '5 !3.1.1 5 5'],
  ['one silence at 5 settles nothing', ['silent', 'worked', 'worked', 'silent'], '5 !3.1.1 5 5 5'],
  [
    'the second silence running settles it',
    ['silent', 'worked', 'silent', 'worked', 'silent', 'unknown'],
    '5 !3.1.1 5 !3.1.1 3.1.1 3.1.1 3.1.1',
  ],
])('%s', (_name, verdicts, tries) => {
  expect(triesAfter(...verdicts)).toBe(tries);
});
