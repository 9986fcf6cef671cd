// Which MQTT version to try next. 5 is preferred; 3.1.1 is for brokers that do not speak it.
//
// | tried         | verdict            | next                                                    |
// |---------------|--------------------|---------------------------------------------------------|
// | either        | refused            | the other; at once when 5 was refused                   |
// | either        | worked             | the same, and it is proven (but see the last line but one) |
// | proven        | silent, unknown    | the same                                                |
// | 5, unproven   | silent             | 3.1.1 at once, on suspicion                             |
// | 5, unproven   | unknown            | 5                                                       |
// | 3.1.1, said   | silent, unknown    | 3.1.1: the broker refused 5 in words                    |
// | 3.1.1, suspected | worked          | 5 again; the second time running 3.1.1 is proven        |
// | 3.1.1, suspected | silent, unknown | 5: it was not the version                               |
//
// A broker that is restarted, or a proxy with nothing behind it, also closes without a word; that is why one
// silence does not settle the question for the life of the process.

export type ProtocolVersion = '5' | '3.1.1';

/** What an attempt told on its version: `silent` is a close before any CONNACK. */
export type VersionResult = 'worked' | 'refused' | 'silent' | 'unknown';

export interface VersionChoice {
  readonly version: ProtocolVersion;
  readonly because: 'preferred' | 'proven' | 'other_refused' | 'other_silent';
  /** Rounds running in which 5 met silence and 3.1.1 then worked. */
  readonly silentRounds: number;
}

const ENOUGH_SILENT_ROUNDS = 2;

export const FIRST_CHOICE: VersionChoice = { version: '5', because: 'preferred', silentRounds: 0 };

export interface NextVersion {
  readonly choice: VersionChoice;
  /** Try it with no delay: the broker is there and was asked in the wrong language. */
  readonly isAtOnce: boolean;
}

export function chooseVersion(choice: VersionChoice, verdict: VersionResult): NextVersion {
  switch (verdict) {
    case 'refused':
      return afterRefusal(choice);
    case 'worked':
      return { choice: afterSuccess(choice), isAtOnce: false };
    case 'silent':
    case 'unknown':
      return afterFailure(choice, verdict === 'silent');
  }
}

function afterRefusal({ version }: VersionChoice): NextVersion {
  if (version === '3.1.1') return { choice: FIRST_CHOICE, isAtOnce: false };
  return { choice: { version: '3.1.1', because: 'other_refused', silentRounds: 0 }, isAtOnce: true };
}

function afterSuccess(choice: VersionChoice): VersionChoice {
  const silentRounds = choice.silentRounds + 1;
  if (choice.because === 'other_silent' && silentRounds < ENOUGH_SILENT_ROUNDS) {
    return { ...FIRST_CHOICE, silentRounds };
  }
  return { version: choice.version, because: 'proven', silentRounds: 0 };
}

function afterFailure(choice: VersionChoice, isSilent: boolean): NextVersion {
  if (choice.because === 'other_silent') return { choice: FIRST_CHOICE, isAtOnce: false };
  if (choice.because === 'preferred' && isSilent) {
    return { choice: { ...choice, version: '3.1.1', because: 'other_silent' }, isAtOnce: true };
  }
  return { choice, isAtOnce: false };
}
