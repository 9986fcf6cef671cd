// What keeps a connection away.

/** Why there is no connection: a stable word, and a sentence for the technician. */
export interface BrokerTrouble {
  readonly code:
    | 'unreachable'
    | 'refused_credentials'
    | 'not_authorized'
    | 'tls'
    | 'session_taken'
    | 'no_answer'
    | 'closed'
    | 'not_configured';
  readonly message: string;
}
