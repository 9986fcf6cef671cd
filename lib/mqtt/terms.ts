// What a described trouble is, and what a program's own words in it are.

/** What a program calls itself and its settings. */
export interface Terms {
  /** Who connects, e.g. `device`. */
  readonly client: string;
  /** What connects it, e.g. `agent`. */
  readonly program: string;
  /** Where its people set the login, the authority to trust, their own certificate and the broker's address. */
  readonly settings: {
    readonly login: string;
    readonly authority: string;
    readonly certificate: string;
    readonly address: string;
  };
}

export type TroubleCode =
  | 'unreachable'
  | 'refused_credentials'
  | 'not_authorized'
  | 'tls'
  | 'session_taken'
  | 'no_answer'
  | 'closed';

/** A stable word, and a sentence. */
export interface DescribedTrouble {
  readonly code: TroubleCode;
  readonly message: string;
}
